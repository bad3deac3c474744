internal import Synchronization

/// Makes kernel calls fail on purpose, so that tests can see what a full disk or a broken device does.
///
/// Nothing but tests arms it; unarmed it costs one relaxed load a call.
package enum InjectedFaults {
    /// Calls of `kind` on paths that start with `pathPrefix` fail with `code`, after `afterCalls` of them succeeded.
    package struct Rule: Sendable {
        package var kind: CallKind
        package var pathPrefix: String
        package var code: Int32
        package var afterCalls: Int

        package init(kind: CallKind, pathPrefix: String, code: Int32, afterCalls: Int = 0) {
            self.kind = kind
            self.pathPrefix = pathPrefix
            self.code = code
            self.afterCalls = afterCalls
        }
    }

    private static let armed = Atomic<Bool>(false)
    private static let rules = Mutex<[Rule]>([])

    @inline(__always)
    static var areArmed: Bool { armed.load(ordering: .relaxed) }

    /// Adds a rule; `disarm(pathPrefix:)` takes it away.
    package static func arm(_ rule: Rule) {
        rules.withLock { $0.append(rule) }
        armed.store(true, ordering: .relaxed)
    }

    /// Removes every rule for that prefix.
    package static func disarm(pathPrefix: String) {
        rules.withLock { rules in
            rules.removeAll { $0.pathPrefix == pathPrefix }
            armed.store(!rules.isEmpty, ordering: .relaxed)
        }
    }

    static func fault(of kind: CallKind, at path: String?) -> Int32? {
        guard let path else { return nil }
        return rules.withLock { rules in
            for index in rules.indices where rules[index].kind == kind && path.hasPrefix(rules[index].pathPrefix) {
                if rules[index].afterCalls == 0 { return rules[index].code }
                rules[index].afterCalls -= 1
            }
            return nil
        }
    }
}
