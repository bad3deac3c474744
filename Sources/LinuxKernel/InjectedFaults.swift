internal import Synchronization

/// Makes kernel calls fail or take their time on purpose, so that tests can see what a full, broken or
/// slow device does.
///
/// Nothing but tests arms it; unarmed it costs one relaxed load a call.
package enum InjectedFaults {
    /// Calls of `kind` on paths that start with `pathPrefix` wait `nanoseconds` and fail with `code`, after
    /// `afterCalls` of them succeeded; with code 0 they wait and then are made.
    package struct Rule: Sendable {
        package var kind: CallKind
        package var pathPrefix: String
        package var code: Int32
        package var afterCalls: Int
        package var nanoseconds: Int64

        package init(
            kind: CallKind, pathPrefix: String, code: Int32, afterCalls: Int = 0, nanoseconds: Int64 = 0
        ) {
            self.kind = kind
            self.pathPrefix = pathPrefix
            self.code = code
            self.afterCalls = afterCalls
            self.nanoseconds = nanoseconds
        }

        /// How many calls it met.
        fileprivate(set) var metCalls = 0
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

    /// Removes every rule for that prefix, and those for paths below it: a directory's rules go with the directory.
    package static func disarm(pathPrefix: String) {
        rules.withLock { rules in
            rules.removeAll { $0.pathPrefix == pathPrefix || $0.pathPrefix.hasPrefix(pathPrefix + "/") }
            armed.store(!rules.isEmpty, ordering: .relaxed)
        }
    }

    /// How many calls the rules for that prefix met.
    package static func metCalls(pathPrefix: String) -> Int {
        rules.withLock { $0.reduce(0) { $1.pathPrefix == pathPrefix ? $0 + $1.metCalls : $0 } }
    }

    /// For what is counted but is no call by itself: throws where a rule wants it to fail.
    package static func check(_ kind: CallKind, at path: @autoclosure () -> String) throws(SystemError) {
        guard areArmed else { return }
        let path = path()
        guard let code = fault(of: kind, at: path) else { return }
        CallCounters.count(kind)
        throw SystemError(call: kind.columnName, path: path, code: code)
    }

    static func fault(of kind: CallKind, at path: String?) -> Int32? {
        guard let path else { return nil }
        let met = rules.withLock { rules -> Rule? in
            for index in rules.indices where rules[index].kind == kind && path.hasPrefix(rules[index].pathPrefix) {
                rules[index].metCalls += 1
                if rules[index].afterCalls == 0 { return rules[index] }
                rules[index].afterCalls -= 1
            }
            return nil
        }
        guard let met else { return nil }
        if met.nanoseconds > 0 { MonotonicClock.sleep(nanoseconds: met.nanoseconds) }
        return met.code == 0 ? nil : met.code
    }
}
