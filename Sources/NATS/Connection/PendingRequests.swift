import Synchronization

/// Who waits for an answer, and whether there is a connection: under one lock, since every request asks for both.
final class PendingRequests: Sendable {
    typealias Answer = CheckedContinuation<NATSMessage, any Error>

    enum Status {
        case connecting, connected, disconnected
        case closed(NATSError)
    }

    private struct Waiter {
        var answer: Answer
        var subject: String
        var deadline: ContinuousClock.Instant
        /// Whether libnats was given the request: from then on it may have arrived.
        var isSent = false
    }

    private struct State {
        var status = Status.connecting
        /// Why every request is refused, although there is a connection: the inbox may not be subscribed to.
        var refusal: NATSError?
        var lastToken: UInt64 = 0
        var waiters: [UInt64: Waiter] = [:]
        /// When the deadlines are looked at next; nil if nobody waits.
        var nextCheck: ContinuousClock.Instant?
        var maxPayload = 1 << 20
        /// Those who wait for a connection.
        var reconnects: [UInt64: CheckedContinuation<Void, any Error>] = [:]
    }

    private let state = Mutex(State())

    // MARK: Requests

    func nextToken() -> UInt64 {
        state.withLock {
            $0.lastToken += 1
            return $0.lastToken
        }
    }

    /// Notes who waits. If there is no connection, he is told so, and false is returned. `check` is when the deadlines are to be
    /// looked at, if they are not looked at earlier anyway.
    func add(
        _ token: UInt64, subject: String, deadline: ContinuousClock.Instant, _ answer: Answer
    ) -> (isAdded: Bool, check: ContinuousClock.Instant?) {
        let (problem, check) = state.withLock { state -> (NATSError?, ContinuousClock.Instant?) in
            if let problem = Self.problem(of: state) { return (problem, nil) }
            state.waiters[token] = Waiter(answer: answer, subject: subject, deadline: deadline)
            if let nextCheck = state.nextCheck, nextCheck <= deadline { return (nil, nil) }
            state.nextCheck = deadline
            return (nil, deadline)
        }
        if let problem { answer.resume(throwing: problem) }
        return (problem == nil, check)
    }

    /// False if nobody waits any more, so that it need not be sent.
    func markSent(_ token: UInt64) -> Bool {
        state.withLock { $0.waiters[token]?.isSent = true; return $0.waiters[token] != nil }
    }

    /// Gives the answer to who waits for it, if anyone does.
    func finish(_ token: UInt64, with result: Result<NATSMessage, any Error>) {
        state.withLock { $0.waiters.removeValue(forKey: token) }?.answer.resume(with: result)
    }

    /// Fails all that were sent to a subject which the server does not allow.
    func fail(subject: String, with error: NATSError) {
        let failed = state.withLock { state in
            let failed = state.waiters.filter { $0.value.subject == subject }
            for token in failed.keys { state.waiters[token] = nil }
            return failed
        }
        for waiter in failed.values { waiter.answer.resume(throwing: error) }
    }

    /// Fails all from now on: no answer would reach anyone.
    func refuseAll(with error: NATSError) {
        let failed = state.withLock { state in
            state.refusal = error
            defer { state.waiters = [:] }
            return state.waiters
        }
        for waiter in failed.values { waiter.answer.resume(throwing: error) }
    }

    /// Fails those whose time is over. Returns when to look again, if anyone waits.
    func expire(now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        let (expired, next) = state.withLock { state -> ([Waiter], ContinuousClock.Instant?) in
            var expired: [Waiter] = []
            var next: ContinuousClock.Instant?
            for (token, waiter) in state.waiters {
                if waiter.deadline <= now {
                    expired.append(waiter)
                    state.waiters[token] = nil
                } else {
                    next = min(next ?? waiter.deadline, waiter.deadline)
                }
            }
            state.nextCheck = next
            return (expired, next)
        }
        for waiter in expired {
            waiter.answer.resume(throwing: NATSError(.timeout, "NATS did not answer \(waiter.subject) in time"))
        }
        return next
    }

    // MARK: The connection

    var maxPayload: Int { state.withLock { $0.maxPayload } }

    var isConnected: Bool {
        state.withLock { if case .connected = $0.status { true } else { false } }
    }

    /// Why nothing can be sent at present.
    var problem: NATSError? { state.withLock { Self.problem(of: $0) } }

    private static func problem(of state: borrowing State) -> NATSError? {
        switch state.status {
        case .connected: state.refusal
        case .connecting, .disconnected: .disconnected
        case .closed(let error): error
        }
    }

    /// `isFirst`: what was noted since counts more, the connection may be lost again.
    func noteConnected(maxPayload: Int, isFirst: Bool = false) {
        let waiting = state.withLock { state -> [CheckedContinuation<Void, any Error>] in
            switch (state.status, isFirst) {
            case (.connecting, true), (.disconnected, false), (.connected, false): state.status = .connected
            default: return []
            }
            state.maxPayload = maxPayload
            defer { state.reconnects = [:] }
            return Array(state.reconnects.values)
        }
        for waiter in waiting { waiter.resume() }
    }

    func noteDisconnected() {
        let failed = state.withLock { state -> [Waiter] in
            if case .closed = state.status { return [] }
            state.status = .disconnected
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in failed {
            waiter.answer.resume(throwing: waiter.isSent ? NATSError.lostBeforeAnswer : .disconnected)
        }
    }

    /// False if it was closed before.
    func noteClosed(_ error: NATSError) -> Bool {
        let closed = state.withLock { state -> State? in
            if case .closed = state.status { return nil }
            state.status = .closed(error)
            defer { (state.waiters, state.reconnects) = ([:], [:]) }
            return state
        }
        guard let closed else { return false }
        for waiter in closed.waiters.values { waiter.answer.resume(throwing: error) }
        for waiter in closed.reconnects.values { waiter.resume(throwing: error) }
        return true
    }

    /// Returns when there is a connection.
    ///
    /// - Throws: `NATSError.closed`, `CancellationError`.
    func untilConnected() async throws {
        let token = nextToken()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let result = state.withLock { state -> Result<Void, any Error>? in
                    if Task.isCancelled { return .failure(CancellationError()) }
                    switch state.status {
                    case .connected: return .success(())
                    case .closed(let error): return .failure(error)
                    case .connecting, .disconnected:
                        state.reconnects[token] = continuation
                        return nil
                    }
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            state.withLock { $0.reconnects.removeValue(forKey: token) }?.resume(throwing: CancellationError())
        }
    }
}
