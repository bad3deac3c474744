import Foundation
import Testing

/// A record batch that a real client put on a socket, and what it was told to write. `Fixtures/generate.py` makes them.
struct Fixture: Decodable, Sendable, CustomTestStringConvertible {
    struct Text: Decodable, Sendable {
        let text: String
        let times: Int

        var bytes: [UInt8] { Array(String(repeating: text, count: times).utf8) }
    }

    struct Header: Decodable, Sendable {
        let key: String
        let value: Text?
    }

    struct Record: Decodable, Sendable {
        let timestamp: Int64
        let key: Text?
        let value: Text?
        let headers: [Header]
    }

    private struct Manifest: Decodable {
        let recordSets: [String: [Record]]
        let fixtures: [Fixture]
    }

    let name: String
    let client: String
    let codec: String
    let producerId: Int64
    let producerEpoch: Int16
    let baseSequence: Int32
    let transactional: Bool
    /// The name of the record set.
    let records: String

    var testDescription: String { "\(name), written by \(client)" }

    private static let folder = Bundle.module.bundleURL.appending(path: "Fixtures")

    private static let manifest: Manifest = {
        do {
            return try JSONDecoder().decode(
                Manifest.self, from: Data(contentsOf: folder.appending(path: "manifest.json")))
        } catch {
            fatalError("the fixtures' manifest cannot be read: \(error)")
        }
    }()

    static let all = manifest.fixtures

    /// The records as the client was told to write them.
    var expected: [Record] { Self.manifest.recordSets[records] ?? [] }

    /// The batch's bytes.
    func load() throws -> [UInt8] { try Array(Data(contentsOf: Self.folder.appending(path: "\(name).bin"))) }

    static func load(_ name: String) throws -> [UInt8] {
        try Array(Data(contentsOf: folder.appending(path: "\(name).bin")))
    }
}
