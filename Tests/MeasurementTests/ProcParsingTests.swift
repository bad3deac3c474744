import Measurement
import Testing

@Suite("Files of /proc")
struct ProcParsingTests {
    @Test("a program's name may hold blanks and parentheses")
    func processStatus() throws {
        let line = """
            4242 (my (odd) pro gram) S 1 4242 4242 0 -1 4194560 1203 55 7 3 \
            311 42 0 0 20 0 4 0 123456 223344556 1234 18446744073709551615 1 1 0 0 0 0 0
            """
        let status = try #require(ProcessStatus(line))
        #expect(status.minorFaults == 1203)
        #expect(status.majorFaults == 7)
        #expect(status.userTicks == 311)
        #expect(status.systemTicks == 42)
    }

    @Test(
        "a cut line of /proc/PID/stat is nothing",
        arguments: ["", "4242 (a", "4242 (a) S 1 2 3", "4242 (a) S 1 2 3 4 5 6 x 8 9 10 11 12 13"])
    func cutStatus(line: String) {
        #expect(ProcessStatus(line) == nil)
    }

    @Test("process I/O is read by name, whatever the order and the lines between")
    func processIO() throws {
        let text = """
            syscw: 4
            rchar: 1
            wchar: 2
            syscr: 3
            a_new_line: 99
            write_bytes: 6
            read_bytes: 5
            cancelled_write_bytes: 7
            """
        let io = try #require(ProcessIO(text))
        #expect(io.readCharacters == 1)
        #expect(io.writtenCharacters == 2)
        #expect(io.readCalls == 3)
        #expect(io.writeCalls == 4)
        #expect(io.readBytes == 5)
        #expect(io.writeBytes == 6)
        #expect(io.cancelledWriteBytes == 7)
        #expect(ProcessIO("rchar: 1\n") == nil)
    }

    @Test("memory is in kB, and a missing line says which")
    func meminfo() {
        let lines = ProcText("MemTotal:       24684100 kB\nDirty:             43708 kB\nHugePages_Total:       0\n")
        let dirty = lines.bytes("Dirty")
        #expect(dirty == 44_756_992)
        let pages = (bytes: lines.bytes("HugePages_Total"), number: lines.number("HugePages_Total"))
        #expect(pages.bytes == nil)
        #expect(pages.number == 0)
        let missing = lines.measuredBytes("Writeback", of: "/proc/meminfo").reason
        #expect(missing == "/proc/meminfo has no line Writeback in kB")
    }

    @Test("the first processor's line counts")
    func cpuinfo() {
        let text = "processor\t: 0\nmodel name\t: AMD EPYC\n\nprocessor\t: 1\nmodel name\t: another\n"
        #expect(ProcText(text)["model name"] == "AMD EPYC")
    }

    @Test("shares of processor time add up to one, and time that went back counts as none")
    func processorShares() throws {
        let before = try #require(ProcessorTicks("cpu  100 10 50 1000 20 1 4 5 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n"))
        let after = try #require(ProcessorTicks("cpu  130 20 90 1100 19 2 13 15 0 0\n"))
        let shares = try #require(after.shares(since: before).value)
        #expect(shares.user == 40.0 / 200)
        #expect(shares.system == 50.0 / 200)
        #expect(shares.idle == 100.0 / 200)
        #expect(shares.waitingForIO == 0)
        #expect(shares.steal == 10.0 / 200)
        #expect(before.shares(since: before).value == nil)
        #expect(ProcessorTicks("cpu  1 2 3\n") == nil)
        #expect(ProcessorTicks("intr 5\n") == nil)
    }

    @Test("pressure is a share of the time, and the CPU need not have a full line")
    func pressure() throws {
        let before = try #require(
            Pressure(
                "some avg10=2.69 avg60=1.90 avg300=1.43 total=1000000\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"
            ))
        let after = try #require(
            Pressure(
                "some avg10=2.69 avg60=1.90 avg300=1.43 total=1250000\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=100000\n"
            ))
        let shares = after.shares(since: before, elapsedNanoseconds: 1_000_000_000)
        #expect(shares.some == 0.25)
        #expect(shares.full == 0.1)
        let old = try #require(Pressure("some avg10=0.00 avg60=0.00 avg300=0.00 total=7\n"))
        #expect(old.shares(since: old, elapsedNanoseconds: 1).full == nil)
        #expect(Pressure("") == nil)
    }

    @Test("a disk's line is found by its whole name, with and without flushes")
    func diskCounters() throws {
        let text = """
               7       0 loop0 0 0 0 0 0 0 0 0 0 0 0
             254       0 vda 99572 26846 5691978 21495 42169 28790 3907184 15959 0 11268 38007 6040 0 670432 408 4094 144
             254       1 vda1 1 2 3 4 5 6 7 8 9 10 11

            """
        let disk = try #require(DiskCounters(text, device: "vda"))
        #expect(disk.reads == 99572)
        #expect(disk.readsMerged == 26846)
        #expect(disk.sectorsRead == 5_691_978)
        #expect(disk.writes == 42169)
        #expect(disk.writesMerged == 28790)
        #expect(disk.sectorsWritten == 3_907_184)
        #expect(disk.busyMilliseconds == 11268)
        #expect(disk.flushes == 4094)
        #expect(try #require(DiskCounters(text, device: "vda1")).flushes == nil)
        #expect(DiskCounters(text, device: "vd") == nil)
    }

    @Test("the mount that holds a path is the longest above it, and the last of those over each other")
    func mountTable() throws {
        let text = #"""
            27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
            30 27 0:27 / /data rw,noatime shared:1 master:2 - tmpfs tmpfs rw,size=1k
            31 27 7:1 / /data rw,nosuid - xfs /dev/loop1 rw,attr2
            32 27 0:40 / /data/with\040blank\134 rw - btrfs /dev/sdb rw
            a line that is no mount

            """#
        let table = MountTable(text)
        #expect(table.mounts.count == 4)
        #expect(table.mount(holding: "/data/topic-0")?.fileSystem == "xfs")
        #expect(table.mount(holding: "/data")?.device == "7:1")
        #expect(table.mount(holding: "/database")?.point == "/")
        #expect(table.mount(holding: #"/data/with blank\/x"#)?.fileSystem == "btrfs")
        #expect(table.mount(holding: "/data")?.options == "rw,nosuid")
        #expect(table.mount(holding: "/data")?.fileSystemOptions == "rw,attr2")
        #expect(MountTable("").mount(holding: "/") == nil)
    }

    @Test("of a list of choices the one in brackets is the present one")
    func choices() {
        #expect(selected(in: "none [mq-deadline] kyber") == "mq-deadline")
        #expect(selected(in: "none") == "none")
    }
}
