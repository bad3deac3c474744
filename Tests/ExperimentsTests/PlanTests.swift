import Experiments
import Foundation
import Testing

@Suite("Plans")
struct PlanTests {
    static let body = """
        seed: 7
        producer: { batch.size: 8KiB }
        matrix:
          axes:
            broker.placement: [sequential, random]
            flush:
              none: {}
              often: { broker.flush.policy: messages, topic.flush.messages: 100 }
            topic.partitions: [1, 2]
          exclude:
            - { broker.placement: random, flush: often }
        repeat: { rounds: 6 }
        claims:
          - { statement: s, metric: flush_count, compare: { flush: often }, against: { flush: none }, expect: { ratio_at_least: 2 } }
        """

    @Test("the matrix is the product of its axes in their order, without what is excluded")
    func cells() throws {
        let plan = try plan(Self.body)
        #expect(plan.cells.map(\.id) == ["c1", "c2", "c3", "c4", "c5", "c6"])
        #expect(
            plan.cells.map { $0.axes.map(\.value).joined(separator: " ") } == [
                "sequential none 1", "sequential none 2", "sequential often 1", "sequential often 2", "random none 1",
                "random none 2",
            ])
        #expect(plan.cells[3].settings[.flushMessages] == 100)
        #expect(plan.cells[3].settings[.batchSize] == .kibibytes(8))
        #expect(plan.cells[0].axes.map(\.key) == ["broker.placement", "flush", "topic.partitions"])
    }

    @Test("the order is the same for a seed, another for another, and visits every cell once a round")
    func order() throws {
        let first = try plan(Self.body)
        #expect(try plan(Self.body).order == first.order)
        #expect(try plan(Self.body, Overrides(seed: 8)).order != first.order)
        #expect(first.order.count == 6)
        for round in first.order {
            #expect(Set(round) == Set(first.cells.map(\.id)))
        }
        #expect(first.legs.count == 36)
        #expect(first.legs.map(\.number) == Array(1...36))
        #expect(first.legs[6].round == 2)
    }

    @Test("over as many rounds as cells, each cell stands in each place once and follows each other once")
    func balance() throws {
        let plan = try plan(Self.body)
        for place in 0..<6 {
            #expect(Set(plan.order.map { $0[place] }).count == 6)
        }
        let pairs = plan.order.flatMap { zip($0, $0.dropFirst()).map { "\($0)>\($1)" } }
        #expect(Set(pairs).count == 30)
    }

    @Test("an odd number of cells is balanced over twice as many rounds")
    func oddBalance() throws {
        let plan = try plan("matrix: { axes: { topic.partitions: [1, 2, 3] } }\nrepeat.rounds: 6")
        let pairs = plan.order.flatMap { zip($0, $0.dropFirst()).map { "\($0)>\($1)" } }
        #expect(Dictionary(grouping: pairs) { $0 }.values.allSatisfy { $0.count == 2 })
        #expect(Set(pairs).count == 6)
    }

    @Test("plan.json holds every setting of every cell and reads back as the same plan")
    func json() throws {
        let plan = try plan(Self.body)
        let data = try JSONEncoder().encode(plan)
        #expect(try JSONDecoder().decode(Plan.self, from: data) == plan)
        let text = String(decoding: data, as: UTF8.self)
        #expect(SettingCatalog.all.allSatisfy { text.contains("\"\($0.name)\"") })

        let damaged = text.replacing("\"topic.partitions\":\"1\"", with: "\"topic.partitions\":\"none\"")
        #expect(damaged != text)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(Plan.self, from: Data(damaged.utf8)) }
    }

    @Test("a scenario without axes is one cell")
    func single() throws {
        let plan = try plan("repeat.rounds: 2")
        #expect(plan.cells.map(\.axes) == [[]])
        #expect(plan.legs.count == 2)
    }

    @Test("--set, --rounds and --seed win over the file")
    func overrides() throws {
        let plan = try plan(
            Self.body,
            Overrides(
                set: ["workload.record.size=2KiB", "topic.partitions=4,8,16", "flush = none", "repeat.rounds=3"],
                rounds: 5,
                seed: 99))
        #expect(plan.seed == 99)
        #expect(plan.rounds == 5)
        #expect(plan.axes.map(\.values) == [["sequential", "random"], ["none"], ["4", "8", "16"]])
        #expect(plan.cells.count == 6)
        #expect(plan.cells.allSatisfy { $0.settings[.recordSize] == .kibibytes(2) })
        #expect(plan.claims.first?.unjudged == "this run has no cell with flush=often")
    }

    @Test(
        "a wrong override says which",
        arguments: [
            ("topic.partitions", "--set topic.partitions: error: write key=value"),
            (
                "topic.partition=1",
                "--set topic.partition=1: error: unknown key 'topic.partition'; did you mean 'topic.partitions'?"
            ),
            (
                "producer.batch.size=4",
                "--set producer.batch.size=4: error: producer.batch.size: '4' has no unit; write a size as 512B or 64KiB"
            ),
            (
                "producer.batch.size=4KiB,8KiB",
                "--set producer.batch.size=4KiB,8KiB: error: 'producer.batch.size' is not an axis of this scenario, so it takes one value"
            ),
            ("flush=nune", "--set flush=nune: error: 'nune' is not a value of the axis 'flush'; did you mean 'none'?"),
            (
                "topic.flush.messages=5",
                "--set topic.flush.messages=5: error: 'topic.flush.messages' is varied by the axis 'flush'; choose of that: none, often"
            ),
            ("topic.partitions=", "--set topic.partitions=: error: topic.partitions: '' is not an integer"),
            (
                "broker.placement=rndom",
                "--set broker.placement=rndom: error: broker.placement: unknown value 'rndom'; did you mean 'random'?"
            ),
        ])
    func badOverrides(text: String, error: String) throws {
        #expect(try planErrors(Self.body, Overrides(set: [text])) == [error])
    }

    @Test("zero rounds is an error of the option")
    func noRounds() throws {
        let found = try planErrors(Self.body, Overrides(rounds: 0))
        #expect(
            found == ["--rounds 0: error: repeat.rounds: 0 is outside the allowed range of 'repeat.rounds', 1 to 1000"])
    }

    @Test("--quick takes the scenario's own form, or an eighth of the bytes and 3 rounds")
    func quick() throws {
        let own = try plan(
            Self.body
                + "\nquick: { workload.bytes: 1MiB, repeat.rounds: 2, axes: { flush: none, topic.partitions: [2] } }",
            Overrides(quick: true))
        #expect(own.quick && own.rounds == 2 && own.cells.count == 2)
        #expect(own.cells.allSatisfy { $0.settings[.workloadBytes] == .mebibytes(1) })
        let other = try plan(Self.body, Overrides(quick: true))
        #expect(other.rounds == 3 && other.cells.count == 6)
        #expect(other.cells.allSatisfy { $0.settings[.workloadBytes] == .mebibytes(32) })
        #expect(other.notes.contains { $0.hasPrefix("claims stay undecided") })
    }

    @Test(
        "what does not go together is refused, with its place and the reason",
        arguments: [
            (
                "broker.flush.policy: messages",
                "t.yaml:3:22: error: broker.flush.policy 'messages' needs 'topic.flush.messages'; set it"
            ),
            (
                "topic.flush.messages: 5",
                "t.yaml:3:23: error: 'topic.flush.messages' has no effect with broker.flush.policy 'none'; remove it or change that"
            ),
            (
                "topic.segment.bytes: 1MiB\nproducer.batch.size: 2MiB",
                "t.yaml:4:22: error: producer.batch.size: a batch of 2MiB does not fit into a segment of 1MiB"
            ),
            (
                "topic.segment.bytes: 1MiB\nworkload.record.size: 1MiB",
                "t.yaml:4:23: error: workload.record.size: a record of 1MiB and its batch's header do not fit into a segment of 1MiB"
            ),
            ("workload.bytes: 100B", "t.yaml:3:17: error: workload.bytes: 100B are less than one record of 1KiB"),
            (
                "broker.placement: random\ntopic: { retention.bytes: 8MiB, retention.method: rewrite }",
                "t.yaml:3:19: error: broker.placement 'random' does not go with topic.retention.method 'rewrite': old records lie anywhere in the segment"
            ),
            (
                "topic.retention.method: rewrite",
                "t.yaml:3:25: error: a retention method without topic.retention.bytes or topic.retention.ms drops nothing; set one"
            ),
            (
                "broker.append.path: uring",
                "t.yaml:3:21: error: broker.append.path 'uring' cannot run on this machine: the kernel is too old"
            ),
            (
                "producer.compression: { type: gzip, level: 12 }",
                "t.yaml:3:44: error: producer.compression.level: the codec 'gzip' has levels 1 to 9, not 12"
            ),
            (
                "producer.compression.level: 3",
                "t.yaml:3:29: error: producer.compression.level: the codec 'none' has no levels"
            ),
            (
                "matrix: { axes: { load: { a: { topic.partitions: 1 }, b: {} } } }",
                "t.yaml:3:19: error: the cells 'load=a' and 'load=b' have the same settings; exclude one or change an axis"
            ),
            (
                "matrix: { axes: { topic.partitions: [1] }, exclude: [{ topic.partitions: 1 }] }",
                "t.yaml:3:54: error: no cell is left: the exclusions leave out every combination"
            ),
        ])
    func combinations(body: String, error: String) throws {
        #expect(try planErrors(body) == [error])
    }

    @Test("where nothing keeps what is read, nothing can be asked to be hot")
    func hotWithoutCache() throws {
        func found(_ cache: String) throws -> [String] {
            try planErrors(
                "target: broker\nbroker: { cache: none, fetch.path: read-write }\nworkload.cache: \(cache)")
        }
        #expect(try found("cold") == [])
        #expect(try found("hot").map { $0.contains("so nothing is hot") } == [true])
    }

    @Test("a matrix beyond all reason is refused before it is built")
    func hugeMatrix() throws {
        let values = (1...100).map(String.init).joined(separator: ", ")
        let axes = ["topic.partitions", "consumer.count", "producer.count", "topic.flush.messages"].map {
            "    \($0): [\(values)]"
        }
        let found = try planErrors("target: broker\nmatrix:\n  axes:\n\(axes.joined(separator: "\n"))")
        #expect(found.count == 1)
        #expect(found.first?.contains("more than 2000 cells") == true)
    }

    @Test("a record larger than its batch is allowed, and said")
    func note() throws {
        let notes = try plan("workload.record.size: 32KiB").notes
        #expect(notes == ["records of 32KiB are larger than a batch of 16KiB: each batch holds one record"])
    }

    @Test("the estimate covers what a leg writes, and whole segments where they are reserved")
    func estimate() throws {
        let plain = try plan("workload.bytes: 64MiB\nrepeat.rounds: 4").estimate
        #expect((64 << 20)...(68 << 20) ~= plain.peakBytes)
        #expect(plain.writtenBytes == plain.peakBytes * 4)
        #expect((3.0...8) ~= plain.seconds)
        let reserved = try plan("workload.bytes: 64MiB\nbroker.placement: random\ntopic.segment.bytes: 1GiB").estimate
        #expect(reserved.peakBytes >= 1 << 30)
        let flushed = try plan("workload.bytes: 64MiB\nrepeat.rounds: 4\nbroker.flush.policy: fsync").estimate
        #expect(flushed.seconds > plain.seconds + 8)
        let absurd = try plan("workload: { bytes: 16TiB, record.size: 32B }\nrepeat.rounds: 1000").estimate
        #expect(absurd.writtenBytes > 1 << 50)
    }
}
