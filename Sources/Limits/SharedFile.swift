internal import LinuxKernel

/// A file, through the kernel wrappers, that closures share.
final class SharedFile {
    let file: File

    init(_ path: String, options: File.Options = []) throws(SystemError) {
        file = try File(path, .create, options: options)
    }
}
