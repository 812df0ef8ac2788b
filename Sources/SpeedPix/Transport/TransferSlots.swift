import DequeModule
import Synchronization

/// Bounds how many transfers are under way: each holds files and a connection open, and a process may have only so many.
package final class TransferSlots: Sendable {
    private struct State {
        var free: Int
        var nextID: UInt64 = 0
        /// In the order in which they came, with some that have gone.
        var order = Deque<UInt64>()
        var waiting: [UInt64: CheckedContinuation<Void, any Error>] = [:]
        /// Those that were cancelled before they began to wait.
        var cancelled: Set<UInt64> = []
    }

    /// Whether the current task works within a slot: a transfer that belongs to another one takes none of its own.
    @TaskLocal private static var isHeld = false

    private let state: Mutex<State>

    /// - Parameter count: How many; at least one.
    package init(_ count: Int) {
        state = Mutex(State(free: max(count, 1)))
    }

    /// Runs `body` as soon as there is room for it; those who wait get it in the order in which they came.
    ///
    /// - Throws: What `body` throws; `CancellationError` if the task is cancelled while it waits.
    package func withSlot<Result>(_ body: () async throws -> Result) async throws -> Result {
        guard !Self.isHeld else { return try await body() }
        try await take()
        defer { release() }
        return try await Self.$isHeld.withValue(true) { try await body() }
    }

    private func take() async throws {
        let id = state.withLock { state -> UInt64? in
            if state.free > 0 {
                state.free -= 1
                return nil
            }
            state.nextID += 1
            return state.nextID
        }
        guard let id else { return }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result = state.withLock { state -> Result<Void, any Error>? in
                    if state.cancelled.remove(id) != nil { return .failure(CancellationError()) }
                    if state.free > 0 {
                        state.free -= 1
                        return .success(())
                    }
                    state.order.append(id)
                    state.waiting[id] = continuation
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            let continuation = state.withLock { state in
                let continuation = state.waiting.removeValue(forKey: id)
                if continuation == nil { state.cancelled.insert(id) }
                return continuation
            }
            continuation?.resume(throwing: CancellationError())
        }
        // A cancellation that came after the slot was given left an entry that is not needed any more.
        state.withLock { _ = $0.cancelled.remove(id) }
    }

    private func release() {
        let next = state.withLock { state -> CheckedContinuation<Void, any Error>? in
            while let id = state.order.popFirst() {
                if let continuation = state.waiting.removeValue(forKey: id) { return continuation }
            }
            state.free += 1
            return nil
        }
        next?.resume()
    }
}
