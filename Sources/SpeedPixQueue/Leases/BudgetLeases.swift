import SpeedPix
import Synchronization

/// A worker's part of a batch's budget: blocks that it has leased, see ``BudgetBlocks``.
package final class BudgetLeases: Sendable {
    private struct State {
        var left = 0
        /// The block to lease next; nil before the first one was looked for.
        var next: Int?
        var isUsedUp = false
    }

    private let blocks: BudgetBlocks
    private let subject: QueueSubject
    private let store: any WriteOnceStore
    /// What this instance's leases say: no other has the same.
    private let payload: [UInt8]
    private let leasing = AsyncLock()
    private let state = Mutex(State())

    /// - Parameters:
    ///   - worker: Its name, for people who look.
    ///   - token: A text that nobody else has, not even this worker when it starts again.
    package init(budget: Int, of batch: BatchName, in store: any WriteOnceStore, worker: String, token: String) {
        blocks = BudgetBlocks(budget: budget)
        subject = QueueSubject(batch)
        self.store = store
        payload = Lease(worker: worker, token: token).payload
    }

    /// Takes one create of the budget, and leases a block if there is none at hand.
    ///
    /// - Returns: False if the budget is used up.
    /// - Throws: What the store throws; `CancellationError`. Nothing was taken then.
    package func take() async throws -> Bool {
        if let taken = takeAtHand() { return taken }
        return try await leasing.withLock {
            if let taken = takeAtHand() { return taken }
            try await lease()
            return takeAtHand() ?? false
        }
    }

    /// - Returns: Nil if a block is to be leased first.
    private func takeAtHand() -> Bool? {
        state.withLock { state in
            guard state.left > 0 else { return state.isUsedUp ? false : nil }
            state.left -= 1
            return true
        }
    }

    private func lease() async throws {
        var block: Int
        if let next = state.withLock({ $0.next }) { block = next } else { block = try await firstFree() }
        while block <= blocks.count {
            let holder = try await store.create(subject.budget(block), payload)
            state.withLock { state in
                state.next = block + 1
                if holder == payload { state.left += blocks.size(of: block) }
            }
            if holder == payload { return }
            block += 1
        }
        state.withLock { $0.isUsedUp = true }
    }

    /// The first block that nobody has, or one before it: they are leased in their order.
    private func firstFree() async throws -> Int {
        func isLeased(_ block: Int) async throws -> Bool {
            try await store.read(subject.budget(block)) != nil
        }
        var (leased, free) = (0, 1)
        while free <= blocks.count, try await isLeased(free) { (leased, free) = (free, free * 2) }
        free = min(free, blocks.count + 1)
        while free - leased > 1 {
            let middle = (leased + free) / 2
            if try await isLeased(middle) { leased = middle } else { free = middle }
        }
        return free
    }
}

/// What a lease says, for people who look and to know it again. A value.
struct Lease {
    let worker: String
    let token: String

    var payload: [UInt8] {
        let json: JSONValue = ["worker": .string(worker), "token": .string(token)]
        // Texts can always be encoded.
        return (try? json.encoded()) ?? []
    }
}
