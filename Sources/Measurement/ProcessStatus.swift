internal import LinuxKernel

/// The fields of /proc/PID/stat that are measured; see proc_pid_stat(5).
package struct ProcessStatus: Sendable, Equatable {
    package var minorFaults: UInt64
    package var majorFaults: UInt64
    package var userTicks: UInt64
    package var systemTicks: UInt64

    /// Parses the line; nil when it is not such a line.
    ///
    /// The second field is the program's name in parentheses, which may hold blanks and parentheses itself: the fields
    /// after it start behind the *last* closing one.
    package init?(_ line: String) {
        guard let end = line.lastIndex(of: ")") else { return nil }
        // Behind the name, field 3 (state) is at index 0.
        let fields = line[line.index(after: end)...].trimmed.words
        guard fields.count > 12,
            let minor = UInt64(fields[7]), let major = UInt64(fields[9]),
            let user = UInt64(fields[11]), let system = UInt64(fields[12])
        else { return nil }
        (minorFaults, majorFaults, userTicks, systemTicks) = (minor, major, user, system)
    }
}

/// The fields of /proc/PID/io; see proc_pid_io(5). Needs a kernel with task I/O accounting.
package struct ProcessIO: Sendable, Equatable {
    /// Bytes and calls of read and write calls of any kind, the page cache and pipes included.
    package var readCharacters: UInt64
    package var writtenCharacters: UInt64
    package var readCalls: UInt64
    package var writeCalls: UInt64
    /// Bytes that this process made the device read.
    package var readBytes: UInt64
    /// Bytes of pages that this process made dirty; the device sees them when they are written back.
    package var writeBytes: UInt64
    /// Bytes of dirty pages that this process threw away, by truncating or removing a file, before they were written.
    package var cancelledWriteBytes: UInt64

    /// Parses the file; nil when a line is missing.
    package init?(_ text: String) {
        let lines = ProcText(text)
        guard let readCharacters = lines.number("rchar"), let writtenCharacters = lines.number("wchar"),
            let readCalls = lines.number("syscr"), let writeCalls = lines.number("syscw"),
            let readBytes = lines.number("read_bytes"), let writeBytes = lines.number("write_bytes"),
            let cancelled = lines.number("cancelled_write_bytes")
        else { return nil }
        self.readCharacters = readCharacters
        self.writtenCharacters = writtenCharacters
        self.readCalls = readCalls
        self.writeCalls = writeCalls
        self.readBytes = readBytes
        self.writeBytes = writeBytes
        cancelledWriteBytes = cancelled
    }

    /// The file of a process as it stands now.
    static func read(process: Int32) -> Measured<ProcessIO> {
        let path = "/proc/\(process)/io"
        return Measured(file: path).flatMap { Measured(ProcessIO($0), orMissing: "\(path) is not as proc(5) has it") }
    }

    package static func - (later: ProcessIO, earlier: ProcessIO) -> ProcessIO {
        var difference = later
        difference.readCharacters &-= earlier.readCharacters
        difference.writtenCharacters &-= earlier.writtenCharacters
        difference.readCalls &-= earlier.readCalls
        difference.writeCalls &-= earlier.writeCalls
        difference.readBytes &-= earlier.readBytes
        difference.writeBytes &-= earlier.writeBytes
        difference.cancelledWriteBytes &-= earlier.cancelledWriteBytes
        return difference
    }
}
