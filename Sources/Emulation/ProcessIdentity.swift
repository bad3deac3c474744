package import LinuxKernel

/// A process that no other one can be taken for: its number, and when it started, since numbers are used again.
package struct ProcessIdentity: Sendable, Codable, Hashable {
    package var number: Int32
    /// In clock ticks since the machine started; see proc_pid_stat(5).
    package var startTicks: UInt64

    package static func current() throws(SystemError) -> ProcessIdentity {
        let number = ProcessHandle.currentIdentifier
        guard let ticks = startTicks(of: number) else {
            throw SystemError.missingBytes("read", path: "/proc/\(number)/stat")
        }
        return ProcessIdentity(number: number, startTicks: ticks)
    }

    /// Whether it has not ended.
    package var isRunning: Bool { Self.startTicks(of: number) == startTicks }

    private static func startTicks(of process: Int32) -> UInt64? {
        guard let text = try? TextFile.read("/proc/\(process)/stat"), let bracket = text.lastIndex(of: ")") else {
            return nil
        }
        // Behind the name, which may hold anything: state is field 3, the start time field 22.
        let fields = text[text.index(after: bracket)...].split(separator: " ")
        guard fields.count > 19, fields[0] != "Z" else { return nil }
        return UInt64(fields[19])
    }
}
