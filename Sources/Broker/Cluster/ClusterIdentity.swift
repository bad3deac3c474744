internal import LinuxKernel

/// The cluster's id, made once and kept in Kafka's `meta.properties`.
enum ClusterIdentity {
    private static let name = "meta.properties"

    static func read(from files: NodeFiles) throws(BrokerError) -> String {
        try kernel { () throws(SystemError) in
            for line in (try files.read(name) ?? "").split(separator: "\n") where line.hasPrefix("cluster.id=") {
                return String(line.dropFirst("cluster.id=".count))
            }
            let id = make()
            try files.replace(name, with: "version=1\ncluster.id=\(id)\n")
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
