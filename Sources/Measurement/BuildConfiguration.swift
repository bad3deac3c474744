/// How this program was compiled.
package enum BuildConfiguration {
    /// Whether it is a debug build, whose timings mean nothing.
    package static var isDebug: Bool {
        #if DEBUG
        true
        #else
        false
        #endif
    }

    /// The compiler's version. Swift gives no macro for it, so it is found by comparing; a version that is newer than
    /// this list says so.
    package static var compiler: String {
        #if compiler(>=6.5)
        "Swift 6.5 or newer"
        #elseif compiler(>=6.4)
        "Swift 6.4"
        #elseif compiler(>=6.3.3)
        "Swift 6.3.3 or newer"
        #elseif compiler(>=6.3.2)
        "Swift 6.3.2"
        #elseif compiler(>=6.3.1)
        "Swift 6.3.1"
        #elseif compiler(>=6.3)
        "Swift 6.3.0"
        #else
        "Swift 6.2"
        #endif
    }

    package static var architecture: String {
        #if arch(x86_64)
        "x86_64"
        #elseif arch(arm64)
        "arm64"
        #else
        "neither x86_64 nor arm64"
        #endif
    }
}
