internal import Foundation

/// Which settings another build of the program has: builds of different days do not know the same ones.
enum ProgramSettings {
    /// The names of all settings of `program`, as it lists them itself.
    ///
    /// - Throws: ``ForeignProgramError`` if it cannot be run or is no such program.
    static func names(of program: String) throws -> Set<String> {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = ["list", "--settings"]
        process.standardInput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        do {
            try process.run()
        } catch {
            throw ForeignProgramError("\(program): cannot be run: \(error.localizedDescription)")
        }
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let names = text.split(whereSeparator: \.isNewline)
            .compactMap { $0.split(separator: " ").first.map(String.init) }
        guard process.terminationStatus == 0, !names.isEmpty else {
            throw ForeignProgramError("\(program): 'list --settings' gives no settings, so it is no build of sluice")
        }
        return Set(names)
    }
}

/// What is wrong with a program that legs are to be run with.
package struct ForeignProgramError: Error, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
