import Synchronization

/// An upload that any number of callers wait for.
///
/// It belongs to none of them: one that is cancelled leaves, and the upload goes on for the others. It is cancelled when
/// the last one has left.
final class SharedUpload: Sendable {
    struct Outcome: Sendable {
        var file: UploadedFile
        /// What the store got; nothing is known if that is not certain.
        var identity: ContentIdentity
    }

    private struct State {
        var nextID = 0
        /// Whether the caller that began it has not begun to wait; until then no other caller can be the last to leave.
        var isStarterDue = true
        var waiters: [Int: CheckedContinuation<Outcome?, any Error>] = [:]
        /// Waiters that were cancelled before they began.
        var cancelled: Set<Int> = []
        var result: Result<Outcome, any Error>?
        var task: Task<Void, Never>?
        var isAbandoned = false
    }

    private let state = Mutex(State())

    /// Whether every caller has left; no other may wait for it then.
    var isAbandoned: Bool { state.withLock { $0.isAbandoned } }

    /// How many callers wait for it.
    var waiterCount: Int { state.withLock { $0.waiters.count } }

    /// Begins, and waits for the end. To be called once.
    ///
    /// - Throws: What `operation` throws; `CancellationError` at once if the calling task is cancelled.
    func run(_ operation: @escaping @Sendable () async throws -> Outcome) async throws -> Outcome {
        state.withLock { state in
            // Within the lock: it must not end, nor be abandoned, before it is known here.
            state.task = Task {
                let result: Result<Outcome, any Error>
                do {
                    result = .success(try await operation())
                } catch {
                    result = .failure(error)
                }
                finish(result)
            }
        }
        // It cannot be abandoned already: its starter, this caller, has not left.
        guard let outcome = try await value(as: Self.starter) else { throw CancellationError() }
        return outcome
    }

    private func finish(_ result: Result<Outcome, any Error>) {
        let waiters = state.withLock { state in
            state.result = result
            defer { state.waiters = [:] }
            return state.waiters.values
        }
        for waiter in waiters { waiter.resume(with: result.map(Optional.some)) }
    }

    private static let starter = 0

    /// Waits for the end of what another caller runs. A cancelled caller gets `CancellationError` at once.
    ///
    /// - Returns: Nil if every caller had left before this one came.
    func value() async throws -> Outcome? {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        return try await value(as: id)
    }

    private func value(as id: Int) async throws -> Outcome? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let (ready, abandoned) = state.withLock { state -> (Result<Outcome?, any Error>?, Task<Void, Never>?) in
                    if id == Self.starter { state.isStarterDue = false }
                    if state.cancelled.remove(id) != nil {
                        return (.failure(CancellationError()), Self.abandonIfUnused(&state))
                    }
                    if let result = state.result { return (result.map(Optional.some), nil) }
                    if state.isAbandoned { return (.success(nil), nil) }
                    state.waiters[id] = continuation
                    return (nil, nil)
                }
                abandoned?.cancel()
                if let ready { continuation.resume(with: ready) }
            }
        } onCancel: {
            let (waiter, abandoned) = state.withLock {
                state -> (CheckedContinuation<Outcome?, any Error>?, Task<Void, Never>?) in
                guard let waiter = state.waiters.removeValue(forKey: id) else {
                    state.cancelled.insert(id)
                    return (nil, nil)
                }
                return (waiter, Self.abandonIfUnused(&state))
            }
            abandoned?.cancel()
            waiter?.resume(throwing: CancellationError())
        }
    }

    /// - Returns: The task to cancel, if no caller waits for it any more.
    private static func abandonIfUnused(_ state: inout State) -> Task<Void, Never>? {
        guard state.waiters.isEmpty, !state.isStarterDue, state.result == nil else { return nil }
        state.isAbandoned = true
        return state.task
    }
}
