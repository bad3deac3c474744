/// Reads Kafka's lists of listeners: `NAME://host:port,…`, where a name is a protocol's or is mapped to one.
enum ListenerText {
    /// One place, as it is written.
    struct Endpoint: Sendable, Equatable {
        /// In capitals, as Kafka compares them; nil where only `host:port` was written.
        var name: String?
        /// Empty for all interfaces.
        var host: String
        var port: UInt16

        var isEverywhere: Bool { ListenerText.isEverywhere(host) }
    }

    /// What names every interface and no machine, which a client cannot connect to from elsewhere.
    static func isEverywhere(_ host: String) -> Bool { ["", "0.0.0.0", "::", "0:0:0:0:0:0:0:0"].contains(host) }

    private static let protocols = ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]

    static func endpoints(_ text: String, key: String) throws(ConfigurationError) -> [Endpoint] {
        var endpoints: [Endpoint] = []
        for part in SettingText.list(text) { endpoints.append(try endpoint(part, key: key)) }
        return endpoints
    }

    /// The one of a list that clients come to: neither a controller's nor encrypted.
    ///
    /// - Parameter passedOver: Told of each that is a controller's.
    static func client(
        among endpoints: [Endpoint], of configuration: BrokerConfiguration, key: String,
        passedOver: (Endpoint) -> Void = { _ in }
    ) throws(ConfigurationError) -> Endpoint {
        var clients: [Endpoint] = []
        for endpoint in endpoints {
            if let name = endpoint.name, configuration.controllerListeners.contains(name) {
                passedOver(endpoint)
            } else {
                try checkProtocol(of: endpoint, configuration.listenerProtocols, key: key)
                clients.append(endpoint)
            }
        }
        guard let first = clients.first else {
            throw ConfigurationError(key, "it has no listener that clients could use, such as PLAINTEXT://:9092")
        }
        guard clients.count == 1 else {
            let all = clients.map { "\($0.name ?? "PLAINTEXT")://\($0.host):\($0.port)" }.joined(separator: ", ")
            throw ConfigurationError(key, "this broker has one listener for clients; leave one of \(all)")
        }
        return first
    }

    private static func checkProtocol(
        of endpoint: Endpoint, _ map: [String: String], key: String
    ) throws(ConfigurationError) {
        guard let name = endpoint.name else { return }
        guard let wire = map[name] ?? (protocols.contains(name) ? name : nil) else {
            throw ConfigurationError(
                key, "listener '\(name)' has no protocol; write listener.security.protocol.map=\(name):PLAINTEXT")
        }
        guard wire == "PLAINTEXT" else {
            let alias = wire == name ? "" : " is \(wire), and"
            throw ConfigurationError(key, "'\(name)'\(alias): only PLAINTEXT is spoken here")
        }
    }

    /// `listener.security.protocol.map`: `NAME:PROTOCOL,…`.
    static func protocolMap(_ text: String, key: String) throws(ConfigurationError) -> [String: String] {
        var map: [String: String] = [:]
        for part in SettingText.list(text) {
            let words = part.uppercased().split(separator: ":", omittingEmptySubsequences: false).map { $0.trimmed }
            guard words.count == 2, !words[0].isEmpty, protocols.contains(String(words[1])) else {
                throw ConfigurationError(
                    key, "'\(part)' is no NAME:PROTOCOL with one of \(protocols.joined(separator: ", "))")
            }
            map[String(words[0])] = String(words[1])
        }
        return map
    }

    /// `NAME://host:port`, or without a name; an IPv6 address stands in brackets.
    static func endpoint(_ text: String, key: String) throws(ConfigurationError) -> Endpoint {
        let parts = text.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        let place = parts[parts.count - 1]
        guard let colon = place.lastIndex(of: ":"), let port = UInt16(place[place.index(after: colon)...]) else {
            throw ConfigurationError(key, "'\(text)' is no host:port, for example 127.0.0.1:9092")
        }
        var host = String(place[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            throw ConfigurationError(key, "'\(text)': write an IPv6 address in brackets, [\(host)]:\(port)")
        }
        let name = parts.count == 2 ? parts[0].uppercased() : nil
        guard name != "" else { throw ConfigurationError(key, "'\(text)' has no name before ://") }
        return Endpoint(name: name, host: host, port: port)
    }
}
