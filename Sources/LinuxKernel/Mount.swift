internal import CLinux
internal import Glibc

/// Mounts in a namespace of the calling thread's own, so that they go with the processes that use them,
/// however those end.
package enum Mount {
    /// Gives the calling thread, and what it starts from now on, mounts that nobody else sees. Root only.
    package static func makePrivate() throws(SystemError) {
        _ = try systemCall(.process, "unshare(CLONE_NEWNS)") { sluice_unshare_mounts() }
        _ = try systemCall(.process, "mount(MS_PRIVATE)", path: "/") { sluice_mounts_are_private() }
    }

    /// Mounts a device's file system on a directory that exists, without access times.
    package static func attach(_ device: String, type: String, at directory: String) throws(SystemError) {
        _ = try systemCall(.process, "mount", path: directory) { unsafe sluice_mount(device, directory, type) }
    }

    package static func detach(_ directory: String) throws(SystemError) {
        _ = try systemCall(.process, "umount", path: directory) { unsafe sluice_unmount(directory) }
    }
}
