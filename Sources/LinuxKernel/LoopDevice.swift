internal import CLinux
internal import Glibc

/// A block device whose blocks are those of a file; see loop(4). Root only.
///
/// The kernel takes the file away from behind it once it is closed, by its `deinit`, and unmounted.
package struct LoopDevice: ~Copyable {
    package let number: Int
    private let descriptor: Int32

    /// A device that is free now. Another process can be faster, so that `init` throws EBUSY: ask again then.
    package static func free() throws(SystemError) -> Int {
        Int(try systemCall(.process, "ioctl(LOOP_CTL_GET_FREE)", path: "/dev/loop-control") { sluice_loop_free() })
    }

    /// Puts a file behind a device.
    ///
    /// Direct I/O is asked for, so that a page is not in the page cache twice; `usesDirectIO` says
    /// whether the kernel could.
    package init(number: Int, backing file: borrowing File) throws(SystemError) {
        let path = Self.path(number)
        let descriptor = try systemCall(.open, "open", path: path) { unsafe sluice_open(path, O_RDWR, 0) }
        do throws(SystemError) {
            _ = try systemCall(.process, "ioctl(LOOP_CONFIGURE)", path: path) { [name = file.path] in
                unsafe sluice_loop_configure(descriptor, file.descriptor, name, true)
            }
        } catch {
            close(descriptor)
            throw error
        }
        self.number = number
        self.descriptor = descriptor
    }

    deinit {
        CallCounters.count(.close)
        close(descriptor)
    }

    package var path: String { Self.path(number) }

    /// Its device number; 7 is the major number of all loop devices.
    package var device: FileIdentity.DeviceNumber { Self.device(number) }

    /// Whether the file is read and written past the page cache.
    package func usesDirectIO() throws(SystemError) -> Bool {
        try TextFile.read("/sys/block/loop\(number)/loop/dio").hasPrefix("1")
    }

    /// The largest request that the device takes, in bytes; the kernel cuts larger ones.
    package func largestRequestByteCount() throws(SystemError) -> Int {
        let text = try TextFile.read("/sys/block/loop\(number)/queue/max_sectors_kb")
        return (Int(text.prefix { $0.isNumber }) ?? 4) << 10
    }

    package static func path(_ number: Int) -> String { "/dev/loop\(number)" }

    package static func device(_ number: Int) -> FileIdentity.DeviceNumber {
        FileIdentity.DeviceNumber(major: 7, minor: UInt32(number))
    }

    /// The path of the file behind a device, as the kernel tells it: a removed one ends with ` (deleted)`.
    /// Nil for a device without one.
    package static func backingFile(of number: Int) throws(SystemError) -> String? {
        let path = "/sys/block/loop\(number)/loop/backing_file"
        do throws(SystemError) {
            return String(try TextFile.read(path).dropLast(while: { $0 == "\n" }))
        } catch {
            guard error.code == ENOENT || error.code == ENXIO else { throw error }
            return nil
        }
    }

    /// Takes the file away from behind a device, once it is unmounted.
    package static func clear(_ number: Int) throws(SystemError) {
        let path = path(number)
        let descriptor = try systemCall(.open, "open", path: path) { unsafe sluice_open(path, O_RDWR, 0) }
        defer {
            CallCounters.count(.close)
            close(descriptor)
        }
        _ = try systemCall(.process, "ioctl(LOOP_CLR_FD)", path: path) { sluice_loop_clear(descriptor) }
    }
}

extension String {
    fileprivate func dropLast(while isUnwanted: (Character) -> Bool) -> Substring {
        var rest = self[...]
        while let last = rest.last, isUnwanted(last) { rest.removeLast() }
        return rest
    }
}
