internal import LinuxKernel

/// Waits for all connections of any number of clients; everything happens in the thread that calls `poll`.
package final class ClientLoop {
    /// A connection's place; with the number of its use, so that an event of a former one is recognised.
    struct Token {
        var slot: UInt32
        var use: UInt32

        var number: UInt64 { UInt64(use) << 32 | UInt64(slot) }
    }

    private struct Slot {
        var use: UInt32 = 0
        var connection: NodeConnection?
    }

    private struct Member {
        unowned let cluster: ClusterConnection
        /// The cluster can be asked no more when it leaves.
        let identity: ObjectIdentifier
    }

    private let events: EventPoll
    private var slots: [Slot] = []
    private var freeSlots: [UInt32] = []
    private var members: [Member] = []

    package init() throws(ClientError) {
        do throws(SystemError) {
            events = try EventPoll()
        } catch {
            throw ClientError(.system(error))
        }
    }

    /// Sends what can be sent, waits until something comes or the time is over, and takes what came.
    ///
    /// It returns early, after a wake for its own deadlines too; whoever waits for something calls it again. It does
    /// not wait while a client holds outcomes or batches that were not taken.
    ///
    /// - Parameter nanoseconds: The longest wait; 0 does not wait.
    package func poll(nanoseconds: Int64) throws(ClientError) {
        var now = MonotonicClock.now()
        advance(now: now)
        let longest = wait(nanoseconds, now: now)
        let count: Int
        do throws(SystemError) {
            count = try events.wait(nanoseconds: longest)
        } catch {
            throw ClientError(.system(error))
        }
        var index = 0
        while index < count {
            let (token, readiness) = events.event(index)
            index += 1
            let slot = slots[Int(token & 0xffff_ffff)]
            guard slot.use == UInt32(truncatingIfNeeded: token >> 32) else { continue }
            slot.connection?.handle(readiness)
        }
        guard count > 0 || longest > 0 else { return }
        now = MonotonicClock.now()
        advance(now: now)
    }

    private func advance(now: Int64) {
        var index = 0
        while index < members.count {
            members[index].cluster.advance(now: now)
            index += 1
        }
    }

    private func wait(_ nanoseconds: Int64, now: Int64) -> Int64 {
        var rest = nanoseconds
        var index = 0
        while rest > 0, index < members.count {
            rest = min(rest, members[index].cluster.deadline(now: now) - now)
            index += 1
        }
        return min(max(0, rest), 1 << 50)
    }

    // MARK: Members

    func join(_ cluster: ClusterConnection) {
        members.append(Member(cluster: cluster, identity: ObjectIdentifier(cluster)))
    }

    func leave(_ identity: ObjectIdentifier) { members.removeAll { $0.identity == identity } }

    func add(_ connection: NodeConnection, _ socket: borrowing Socket) throws(SystemError) -> Token {
        let slot = freeSlots.popLast() ?? UInt32(slots.count)
        if slot == slots.count { slots.append(Slot()) }
        slots[Int(slot)].use &+= 1
        let token = Token(slot: slot, use: slots[Int(slot)].use)
        do throws(SystemError) {
            try events.add(socket, token: token.number)
        } catch {
            freeSlots.append(slot)
            throw error
        }
        slots[Int(slot)].connection = connection
        return token
    }

    func remove(_ token: Token) {
        slots[Int(token.slot)].connection = nil
        slots[Int(token.slot)].use &+= 1
        freeSlots.append(token.slot)
    }
}
