internal import LinuxKernel

/// The cluster's id, made once and kept in Kafka's `meta.properties` of the first log directory.
enum ClusterIdentity {
    static func read(in directory: String) throws(BrokerError) -> String {
        let path = directory + "/meta.properties"
        return try kernel { () throws(SystemError) in
            if try Directory.exists(path) {
                for line in try TextFile.read(path).split(separator: "\n") where line.hasPrefix("cluster.id=") {
                    return String(line.dropFirst("cluster.id=".count))
                }
            }
            let id = make()
            try TextFile.replace(path, with: "version=1\ncluster.id=\(id)\n")
            return id
        }
    }

    /// 22 random characters of base64's URL form, as Kafka writes 128 bits.
    private static func make() -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789")
        var generator = SystemRandomNumberGenerator()
        return String((0..<22).map { _ in alphabet[Int(generator.next(upperBound: UInt64(alphabet.count)))] })
    }
}
