internal import Broker
internal import CommitLog
internal import LinuxKernel

/// The ways of bytes into a log and out of it, as `sluice list --paths` prints them.
package enum PathReference {
    package static func text() -> String {
        let append = AppendPathCatalog.all.map { lines($0.name, $0.summary, $0.traits, nil) }
        let fetch = FetchPathCatalog.all.map { lines($0.name, $0.summary, $0.traits, $0.traits.objection()) }
        return """
            broker.append.path: from a producer's socket into the log.
            Copies are the CPU's between user memory and the kernel, from the socket to the file. Whether a file system
            can do what a path needs is tried out in the data directory before a run.

            \(append.joined(separator: "\n"))
            broker.fetch.path: from the log to a consumer's socket.

            \(fetch.joined(separator: "\n"))
            """
    }

    private static func lines(_ name: String, _ summary: String, _ traits: PathTraits, _ objection: String?) -> String {
        var lines = [
            "  \(name)", "    \(summary)", "    copies of each byte: \(traits.copiesPerByte)",
            "    calls: \(traits.calls)", "    needs: \(traits.needs)",
        ]
        let limitations = traits.limitations.map(\.rawValue).sorted()
        if !limitations.isEmpty { lines.append("    but: " + limitations.joined(separator: "; ")) }
        if let objection { lines.append("    not on this machine: \(objection)") }
        return lines.joined(separator: "\n") + "\n"
    }
}
