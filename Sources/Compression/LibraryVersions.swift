internal import CLZ4
internal import CZlib
internal import CZstd

/// The versions of the compression libraries as they are loaded, for the record of a run's conditions.
package enum LibraryVersions {
    /// Names and versions; nil where a library does not tell its own.
    package static var all: [(name: String, version: String?)] {
        [
            ("zlib", unsafe String(cString: zlibVersion())),
            // Its C interface has no function for it.
            ("snappy", nil),
            ("lz4", unsafe String(cString: LZ4_versionString())),
            ("zstd", unsafe String(cString: ZSTD_versionString())),
        ]
    }
}
