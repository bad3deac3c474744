import KafkaProtocol
import LinuxKernel
import Testing

@Suite("States of idempotent producers over restarts")
struct ProducerRecoveryTests {
    /// A broker's directory, which goes with it.
    private final class Place {
        let directory = RunningBroker.makeDirectory()
        var logs: String { directory + "/logs" }

        init() throws { try Directory.create(directory) }
        deinit { try? Directory.removeTree(directory) }

        func file(of topic: String = "t") -> String { "\(logs)/\(topic)-0/producers" }
        func text(of topic: String = "t") throws -> String { try TextFile.read(file(of: topic)) }

        func start() throws -> RunningBroker { try RunningBroker(in: directory, keepingDirectory: true) }
    }

    private static let id: Int64 = 4711

    /// One record of 5,000 bytes with each of the sequences; with -1 as `id` they come from no idempotent producer.
    private func send(
        _ sequences: Range<Int32>, by id: Int64 = Self.id, epoch: Int16 = 0, topic: String = "t", to port: UInt16
    ) throws -> [ProduceResponse.Partition] {
        let client = try TestClient(port: port)
        let value = String(repeating: "x", count: 5000)
        return try sequences.map { sequence in
            try client.produce(
                topic,
                Batch.make(
                    [value], producerId: id, epoch: id < 0 ? -1 : epoch, sequence: id < 0 ? -1 : sequence))
        }
    }

    /// Sends the sequences, each of which gets the offset of its number.
    private func fill(_ sequences: Range<Int32>, _ port: UInt16) throws {
        #expect(try send(sequences, to: port).map(\.baseOffset) == sequences.map { Int64($0) })
    }

    /// The last sequence and an earlier one are known as duplicates, one that leaves a gap is refused, and the next is
    /// taken.
    private func checkSequencesGoOn(behind end: Int32 = 32, _ port: UInt16) throws {
        for known in [end - 4, end - 1] {
            #expect(try send(known..<known + 1, to: port).map(\.baseOffset) == [Int64(known)])
        }
        #expect(try send(end + 8..<end + 9, to: port).map(\.errorCode) == [.outOfOrderSequenceNumber])
        try fill(end..<end + 1, port)
    }

    /// What the broker said of the file.
    private func objections(_ broker: RunningBroker) -> [String] {
        broker.messages.all.filter { $0.contains("/producers") }
    }

    /// A log of 32 batches that a broker was killed with, and a file that holds up to 30 of them.
    private func killed() throws -> Place {
        let place = try Place()
        let first = try BrokerProcess(in: place.logs)
        try fill(0..<30, first.port)
        #expect(first.terminate() == 0)
        let second = try BrokerProcess(in: place.logs)
        try fill(30..<32, second.port)
        second.kill()
        #expect(try place.text().hasPrefix("producers 2\nt-0 30 5\n"))
        return place
    }

    @Test("after kill -9 duplicates on both sides of the file are known, and the sequence goes on")
    func kill() throws {
        let place = try killed()
        let broker = try place.start()
        #expect(objections(broker) == [])
        try checkSequencesGoOn(broker.port)
    }

    @Test("a start reads the headers behind the file, and without it all")
    func headers() throws {
        let place = try killed()
        let text = try place.text()
        /// The thread's calls of `pread` for a start; the stop after it writes the file.
        func reads() throws -> Int {
            let before = CallCounters.ofThread()
            let broker = try place.start()
            let count = Int((CallCounters.ofThread() - before).calls(.pread))
            #expect(objections(broker) == [])
            broker.stop()
            #expect(try place.text().hasPrefix("producers 2\nt-0 32 5\n"))
            return count
        }
        _ = try reads()
        let none = try reads()
        try TextFile.replace(place.file(), with: text)
        let tail = try reads()
        try Directory.unlinkFile(place.file())
        let all = try reads()
        // Two headers, and perhaps a look for where they begin.
        #expect((2...4).contains(tail - none))
        // The file is read with two calls.
        #expect(all - none >= 32 - 2)
    }

    @Test("the file follows the log while the broker runs, also where no producer is idempotent")
    func housekeeping() throws {
        let place = try Place()
        let broker = try BrokerProcess(in: place.logs, ["log.flush.offset.checkpoint.interval.ms=20"])
        try fill(0..<3, broker.port)
        _ = try send(0..<2, by: -1, topic: "u", to: broker.port)
        try wait { try place.text().hasPrefix("producers 2\nt-0 3 3\n") }
        try wait { try place.text(of: "u") == "producers 2\nu-0 2 0\n" }
        try fill(3..<5, broker.port)
        try wait { try place.text().hasPrefix("producers 2\nt-0 5 5\n") }
        broker.kill()
        let second = try place.start()
        #expect(objections(second) == [])
        try checkSequencesGoOn(behind: 5, second.port)
    }

    /// Waits until the condition holds; as long as it throws it does not.
    private func wait(_ condition: () throws -> Bool) throws {
        let deadline = MonotonicClock.now() + 20_000_000_000
        while MonotonicClock.now() < deadline {
            // A file that is not there yet.
            if (try? condition()) == true { return }
            MonotonicClock.sleep(nanoseconds: 5_000_000)
        }
        Issue.record("nothing came of it within 20 s")
    }

    enum Fault: String, CaseIterable, CustomTestStringConvertible {
        case empty, cutOff, withoutLastLine, zeros, tooNew, ofAnotherPartition, beyondTheEnd, ofAnotherKind
        case formerFormatOfAnEarlierStop

        var testDescription: String { rawValue }

        /// What becomes of the text, which holds up to offset 32.
        func text(from text: String) -> String {
            let lines = text.split(separator: "\n")
            let last = (lines.last?.count ?? 0) + 1
            let batches: String = lines.dropFirst(2).map { "\($0)\n" }.joined()
            return switch self {
            case .empty: ""
            case .cutOff: String(text.dropLast(3))
            case .withoutLastLine: String(text.dropLast(last))
            case .zeros: String(text.dropLast(last)) + String(repeating: "\0", count: last - 1) + "\n"
            case .tooNew: "producers 3\nt-0 32 5\n" + batches
            case .ofAnotherPartition: "producers 2\nu-0 32 5\n" + batches
            case .beyondTheEnd: "producers 2\nt-0 33 5\n" + batches
            case .ofAnotherKind: "0\n1\nt 0 32\n"
            case .formerFormatOfAnEarlierStop: "31\n" + batches
            }
        }

        var reason: String {
            switch self {
            case .empty, .cutOff: "it is cut off"
            case .withoutLastLine: "it says that 5 lines follow, and there are 4"
            case .zeros: "is no batch of a producer"
            case .tooNew: "it begins with 'producers 3'"
            case .ofAnotherPartition: "it is of u-0"
            case .beyondTheEnd: "it holds up to offset 33, and the log from 0 to 32"
            case .ofAnotherKind: "it was written by a stop at offset 0, and the log ends at 32"
            case .formerFormatOfAnEarlierStop: "it was written by a stop at offset 31, and the log ends at 32"
            }
        }
    }

    @Test("a file that cannot be right is refused with the reason, and all headers are read", arguments: Fault.allCases)
    func refused(_ fault: Fault) throws {
        let place = try Place()
        let first = try place.start()
        try fill(0..<32, first.port)
        first.stop()
        try TextFile.replace(place.file(), with: fault.text(from: place.text()))
        let second = try place.start()
        let said = objections(second)
        #expect(said.count == 1 && said.allSatisfy { $0.contains(fault.reason) }, "\(said)")
        // The log would grow over what it says.
        #expect(try !Directory.exists(place.file()))
        try checkSequencesGoOn(second.port)
    }

    @Test("what a clean stop wrote in the former format is taken")
    func formerFormat() throws {
        let place = try Place()
        let first = try place.start()
        try fill(0..<32, first.port)
        first.stop()
        // The log says epoch 0.
        try TextFile.replace(place.file(), with: "32\n\(Self.id) 7 1700000000000 31 31 31 31\n")
        let second = try place.start()
        #expect(objections(second) == [])
        #expect(try send(32..<33, to: second.port).map(\.errorCode) == [.invalidProducerEpoch])
        #expect(try send(32..<33, epoch: 7, to: second.port).map(\.baseOffset) == [32])
    }
}
