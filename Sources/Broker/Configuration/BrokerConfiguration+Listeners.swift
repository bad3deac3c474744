internal import LinuxKernel

extension BrokerConfiguration {
    /// Takes the one listener of a list that is for clients.
    mutating func listen(at endpoints: [ListenerText.Endpoint], key: String) throws(ConfigurationError) {
        var controllers: [String] = []
        let client = try ListenerText.client(among: endpoints, of: self, key: key) {
            controllers.append("\($0.name ?? "")://\($0.host):\($0.port)")
        }
        if !controllers.isEmpty {
            remark(
                .notice(
                    "\(key): \(controllers.joined(separator: ", ")) is for a controller, which is not here, and is not "
                        + "opened"))
        }
        listenerName = client.name ?? "PLAINTEXT"
        listensWithoutHost = client.host.isEmpty
        host = client.host.isEmpty ? "0.0.0.0" : client.host
        port = client.port
        hasListener = true
    }

    /// Takes where clients are sent to for that listener.
    mutating func advertise(_ endpoints: [ListenerText.Endpoint], key: String) throws(ConfigurationError) {
        let named = endpoints.filter { $0.name == nil || $0.name == listenerName }
        // A name that is not the listener's is found out there.
        let client = try ListenerText.client(among: named.isEmpty ? endpoints : named, of: self, key: key)
        guard client.name == nil || client.name == listenerName else {
            throw ConfigurationError(key, "'\(client.name ?? "")' is none of listeners, which has '\(listenerName)'")
        }
        guard client.host.isEmpty || !client.isEverywhere else {
            throw ConfigurationError(
                key, "clients cannot be sent to \(client.host), which is every interface; write the host's name")
        }
        guard client.port > 0 else { throw ConfigurationError(key, "clients cannot be sent to port 0") }
        advertisedHost = client.host
        advertisedPort = client.port
    }

    /// Where it listens: as `listeners` says, else where the cluster's other nodes look for it.
    package var listener: (host: String, port: UInt16) {
        guard !hasListener, let own = nodes.first(where: { $0.id == nodeId }), let port = UInt16(exactly: own.port)
        else { return (host, port) }
        return (own.host, port)
    }

    /// Where clients are sent to, which a cluster's map says for its nodes.
    ///
    /// Without `advertised.listeners` that is where the broker listens; a listener or an advertised one without a host
    /// has the machine's name, as in Kafka.
    ///
    /// - Parameter bound: The port that the broker listens at.
    /// - Throws: Where that name has no address.
    func advertised(port bound: UInt16) throws(ConfigurationError) -> (host: String, port: UInt16) {
        let port = advertisedPort ?? bound
        if let advertisedHost, !advertisedHost.isEmpty { return (advertisedHost, port) }
        guard advertisedHost != nil || listensWithoutHost else { return (host, port) }
        do {
            let name = try SocketAddress.hostName()
            _ = try SocketAddress(host: name, port: port)
            return (name, port)
        } catch {
            throw ConfigurationError(
                "listeners",
                "clients would be sent to this machine's name, but \(error); "
                    + "write advertised.listeners=PLAINTEXT://host:\(port)")
        }
    }

    func checkListeners() throws(ConfigurationError) {
        guard nodes.isEmpty, advertisedHost == nil, !listensWithoutHost else { return }
        guard ListenerText.isEverywhere(host) else { return }
        throw ConfigurationError(
            "listeners",
            "\(host) is every interface, and clients cannot be sent there; say how they find this machine: "
                + "advertised.listeners=PLAINTEXT://host:\(port)")
    }

    /// No two of `log.dirs` are one, whatever they are called.
    func checkDirectories() throws(ConfigurationError) {
        guard !logDirectories.isEmpty else {
            throw ConfigurationError("log.dirs", "it is needed: the directories that hold the partitions")
        }
        var names: [String: String] = [:]
        for name in logDirectories {
            // Where even that cannot be said, the start says why it cannot be used.
            let place = (try? FileIdentity.resolvePlanned(name)) ?? name
            if let other = names.updateValue(name, forKey: place) {
                throw ConfigurationError(
                    "log.dirs",
                    other == name ? "'\(name)' is named twice" : "'\(other)' and '\(name)' are one directory, \(place)")
            }
        }
    }
}
