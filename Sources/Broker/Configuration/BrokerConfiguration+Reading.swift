extension BrokerConfiguration {
    /// Reads the text of Kafka's `server.properties`; `PropertiesText` has its format.
    ///
    /// A key that nobody knows is remarked on with the nearest one that there is, as Kafka only warns of it; a value
    /// that cannot be is an error.
    package mutating func apply(properties text: String, name: String) throws(ConfigurationError) {
        let entries: [PropertiesText.Entry]
        do throws(ConfigurationError) {
            entries = try PropertiesText.entries(of: text)
        } catch {
            throw ConfigurationError("\(name), \(error.key)", error.reason)
        }
        let lines = Dictionary(grouping: entries) { $0.key }.mapValues { $0.map(\.line) }
        for entry in entries.sorted(by: Self.isReadBefore) where entry.line == lines[entry.key]?.last {
            if let count = lines[entry.key]?.count, count > 1 {
                remark(.notice("\(name), line \(entry.line): \(entry.key) is given \(count) times; this one counts"))
            }
            do throws(ConfigurationError) {
                if try take(entry.key, entry.value) { continue }
            } catch {
                throw ConfigurationError("\(name), line \(entry.line): \(error.key)", error.reason)
            }
            remark(
                .warning(
                    "\(name), line \(entry.line): \(entry.key) is no setting and has no effect; "
                        + "the nearest is \(Self.nearest(to: entry.key))"))
        }
    }

    /// Reads a cluster's map: a node a line, `id@host:port`, `#` for comments, and otherwise as in `.properties`.
    package mutating func apply(cluster text: String, name: String) throws(ConfigurationError) {
        do throws(ConfigurationError) {
            var nodes: [String] = []
            for line in PropertiesText.lines(of: text) {
                let node = try PropertiesText.unescaped(line.text.prefix { $0 != "#" }, line: line.number).trimmed
                if !node.isEmpty { nodes.append(String(node)) }
            }
            guard !nodes.isEmpty else {
                throw ConfigurationError(name, "it names no node; write a line id@host:port for each")
            }
            try set("cluster.nodes", to: nodes.joined(separator: ","))
        } catch {
            throw ConfigurationError(name, error.reason)
        }
    }

    /// Reads one `key=value`, as `--set` takes it.
    package mutating func apply(assignment text: String) throws(ConfigurationError) {
        guard let separator = text.firstIndex(of: "=") else {
            throw ConfigurationError(text, "write key=value")
        }
        try set(String(text[..<separator].trimmed), to: String(text[text.index(after: separator)...].trimmed))
    }

    /// Takes `host:port` in the place of `listeners`, and of what a file advertises for them.
    package mutating func apply(listen text: String) throws(ConfigurationError) {
        try listen(at: [try ListenerText.endpoint(text, key: "listeners")], key: "listeners")
        guard let host = advertisedHost, let port = advertisedPort else { return }
        (advertisedHost, advertisedPort) = (nil, nil)
        remark(
            .notice(
                "advertised.listeners \(host):\(port) belongs to the configuration's own listener and has no effect "
                    + "beside --listen; --set advertised.listeners=host:port has one"))
    }

    /// Sets a key; one that does not exist is an error that names the nearest.
    package mutating func set(_ key: String, to value: String) throws(ConfigurationError) {
        if try take(key, value) { return }
        throw ConfigurationError(key, "there is no such setting; the nearest is \(Self.nearest(to: key))")
    }

    /// What others are read by comes first, wherever it stands.
    private static func isReadBefore(_ left: PropertiesText.Entry, _ right: PropertiesText.Entry) -> Bool {
        let first = BrokerSetting.readFirst
        return (first.contains(left.key) ? 0 : 1, left.line) < (first.contains(right.key) ? 0 : 1, right.line)
    }

    mutating func remark(_ remark: ConfigurationRemark) {
        if !remarks.contains(remark) { remarks.append(remark) }
    }

    /// - Returns: False where nobody knows the key.
    private mutating func take(_ key: String, _ value: String) throws(ConfigurationError) -> Bool {
        if let setting = BrokerSetting.all.first(where: { $0.names.contains(key) }) {
            if isWeaker(key) {
                var other = self
                try setting.write(&other, value, key)
            } else {
                try setting.write(&self, value, key)
            }
        } else if let setting = TopicSetting.all.first(where: { $0.brokerName == key || $0.name == key }) {
            if isWeaker(setting.brokerName ?? key) {
                var other = topicDefaults
                try setting.write(&other, value, key)
            } else {
                try setting.write(&topicDefaults, value, key)
            }
        } else if let meaning = KafkaKeys.meaning(of: key) {
            switch meaning {
            case .part: if !withoutEffect.contains(key) { withoutEffect.append(key) }
            case .security: if !withoutSecurity.contains(key) { withoutSecurity.append(key) }
            }
        } else {
            return false
        }
        return true
    }

    /// Whether a key that Kafka takes before this one was given; its value is checked all the same.
    private mutating func isWeaker(_ key: String) -> Bool {
        guard let keys = BrokerSetting.precedences.first(where: { $0.contains(key) }),
            let rank = keys.firstIndex(of: key)
        else { return false }
        given.insert(key)
        if let stronger = keys[..<rank].first(where: given.contains) {
            remark(.notice("\(key) has no effect beside \(stronger)"))
            return true
        }
        for weaker in keys[(rank + 1)...] where given.contains(weaker) {
            remark(.notice("\(weaker) has no effect beside \(key)"))
        }
        return false
    }

    private static func nearest(to key: String) -> String {
        let known =
            BrokerSetting.all.flatMap(\.names) + TopicSetting.all.compactMap(\.brokerName) + KafkaKeys.names
        let typed = Array(key.utf8.prefix(80))
        return known.min { typed.editDistance(to: $0) < typed.editDistance(to: $1) } ?? "none"
    }
}

extension [UInt8] {
    /// How many bytes have to be inserted, removed or replaced to get the other text (Levenshtein).
    fileprivate func editDistance(to text: String) -> Int {
        let other = Array(text.utf8)
        var row = [Int](0...other.count)
        for (index, byte) in enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for (column, candidate) in other.enumerated() {
                let replaced = diagonal + (byte == candidate ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = Swift.min(replaced, Swift.min(row[column], row[column + 1]) + 1)
            }
        }
        return row[other.count]
    }
}
