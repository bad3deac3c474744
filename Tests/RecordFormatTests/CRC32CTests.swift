import RecordFormat
import Testing

@Suite("CRC-32C")
struct CRC32CTests {
    private func checksum(_ bytes: [UInt8]) -> UInt32 {
        unsafe bytes.withUnsafeBytes { unsafe CRC32C.checksum(of: $0) }
    }

    @Test("has the check value of the standard")
    func checkValue() {
        #expect(checksum(Array("123456789".utf8)) == 0xE306_9283)
    }

    @Test("has the values of RFC 3720, appendix B.4")
    func iscsiVectors() {
        #expect(checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(checksum(Array(0..<32)) == 0x46DD_794E)
        #expect(checksum((0..<32).reversed()) == 0x113F_DB5C)
    }

    @Test("of nothing is zero")
    func empty() {
        #expect(checksum([]) == 0)
        #expect(CRC32C().value == 0)
    }

    @Test("is the same in pieces, wherever they are cut")
    func incremental() {
        let bytes = (0..<1_000).map { UInt8(truncatingIfNeeded: $0 * 7) }
        for cut in [0, 1, 7, 8, 63, 64, 511, 999, 1_000] {
            var crc = CRC32C()
            unsafe bytes[..<cut].withUnsafeBytes { unsafe crc.update($0) }
            unsafe bytes[cut...].withUnsafeBytes { unsafe crc.update($0) }
            #expect(crc.value == checksum(bytes))
        }
    }
}
