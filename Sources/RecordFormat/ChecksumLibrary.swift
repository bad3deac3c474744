internal import CISAL

/// The library that computes CRC-32C.
package enum ChecksumLibrary {
    /// The version of ISA-L that this program was built with.
    package static var version: String {
        "\(sluice_isal_version_major()).\(sluice_isal_version_minor()).\(sluice_isal_version_patch())"
    }
}
