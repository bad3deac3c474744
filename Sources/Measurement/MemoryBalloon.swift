internal import LinuxKernel

/// The device through which a virtual machine's host takes memory back (virtio 1.2, section 5.5).
enum MemoryBalloon {
    private static let driver = "/sys/bus/virtio/drivers/virtio_balloon"
    /// VIRTIO_BALLOON_F_REPORTING: the guest tells which pages are free, and the host takes them.
    private static let reportingFeature = 5

    /// Whether free memory goes back to the host, so that the next touch of a page waits for the host to provide it.
    static func reportsFreePages() -> Measured<Bool> {
        Measured { () throws(SystemError) in
            guard try Directory.exists(driver) else { return false }
            for name in try Directory.names(in: driver) where name.hasPrefix("virtio") {
                if Self.hasFeature(reportingFeature, in: try TextFile.read("\(driver)/\(name)/features")) {
                    return true
                }
            }
            return false
        }
    }

    /// - Parameter features: A digit for each feature, the first one first.
    private static func hasFeature(_ number: Int, in features: String) -> Bool {
        features.dropFirst(number).first == "1"
    }
}
