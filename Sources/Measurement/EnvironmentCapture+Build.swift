internal import LinuxKernel

extension EnvironmentCapture {
    static func build() -> [EnvironmentFact] {
        var sheet = FactSheet("build")
        sheet.add("compiler", BuildConfiguration.compiler)
        sheet.add("configuration", BuildConfiguration.isDebug ? "debug" : "release")
        sheet.add("architecture", BuildConfiguration.architecture)
        return sheet.facts
    }

    static func programs() -> [EnvironmentFact] {
        var sheet = FactSheet("programs")
        sheet.add("gnuplot", firstLine(of: "gnuplot", ["--version"]))
        return sheet.facts
    }

    /// The commit of the working tree that this program lies in, which is the tree it was built in.
    static func source() -> [EnvironmentFact] {
        var sheet = FactSheet("source")
        let tree = Measured { () throws(SystemError) in try FileIdentity.resolve("/proc/self/exe") }
            .map { program in program.lastIndex(of: "/").map { String(program[..<$0]) } ?? "/" }
        sheet.add("commit", tree.flatMap { firstLine(of: "git", ["-C", $0, "rev-parse", "HEAD"]) })
        sheet.add(
            "uncommitted changes",
            tree.flatMap { output(of: "git", ["-C", $0, "status", "--porcelain", "--untracked-files=no"]) }
                .map { $0.isEmpty ? "none" : "\($0.split(separator: "\n").count) files" })
        return sheet.facts
    }

    /// What a program prints when it succeeds; else what it said instead.
    static func output(of program: String, _ arguments: [String]) -> Measured<String> {
        Measured { () throws(SystemError) in try Command.run(program, arguments) }.flatMap { outcome in
            outcome.code == 0
                ? .value(String(outcome.output.trimmed))
                : .notMeasured(because: "\(program) ended with \(outcome.code): \(outcome.output.trimmed)")
        }
    }

    private static func firstLine(of program: String, _ arguments: [String]) -> Measured<String> {
        output(of: program, arguments).flatMap { text in
            Measured(text.split(separator: "\n").first.map(String.init), orMissing: "\(program) printed nothing")
        }
    }
}
