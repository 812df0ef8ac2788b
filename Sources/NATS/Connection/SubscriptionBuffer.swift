internal import CNATS
import Synchronization

/// The messages of a subscription between libnats' thread and their reader.
final class SubscriptionBuffer: Subscriber {
    private struct State {
        var messages: [NATSMessage] = []
        /// How many of `messages` were read.
        var first = 0
        var bytes = 0
        var isEnded = false
        /// What comes after the last message, once.
        var error: NATSError?
        var reader: CheckedContinuation<NATSMessage?, any Error>?

        mutating func next() -> NATSMessage? {
            guard first < messages.count else { return nil }
            let message = messages[first]
            first += 1
            bytes -= message.payload.count
            if first == messages.count || first >= 1024 {
                messages.removeFirst(first)
                first = 0
            }
            return message
        }
    }

    private static let byteLimit = 64 << 20

    let subject: String
    private let limit: Int
    private let core: ConnectionCore
    private let state = Mutex(State())
    /// Touched on the connection's queue.
    private let subscription = Mutex<(number: UInt, handle: ConnectionCore.Handle?)?>(nil)

    init(subject: String, limit: Int, core: ConnectionCore) {
        self.subject = subject
        self.limit = max(1, limit)
        self.core = core
    }

    /// Subscribes, on the connection's queue.
    func open(_ connection: ConnectionCore.Handle?, flushTimeout: Int64) throws {
        guard let connection else { throw core.requests.problem ?? .closed }
        let number = Callbacks.add(self)
        subscription.withLock { $0 = (number, nil) }
        core.subscriptions.withLock { $0[number] = self }
        var raw: OpaquePointer?
        var (status, text) = withErrorText { spn_subscribe(connection.pointer, subject, number, &raw, $0) }
        if let raw {
            subscription.withLock { $0 = (number, ConnectionCore.Handle(pointer: raw)) }
            (status, text) = withErrorText { spn_flush(connection.pointer, flushTimeout, $0) }
        }
        guard status == 0 else {
            close()
            throw NATSError(status: status, text: text)
        }
        // The connection may have been closed since it was asked for.
        if let problem = core.requests.problem, problem.code == .closed { finish(with: nil) }
    }

    /// Ends the subscription, on the connection's queue.
    private func close() {
        guard let (number, handle) = subscription.withLock({ $0.take() }) else { return }
        Callbacks.removeReceiver(number)
        core.subscriptions.withLock { _ = $0.removeValue(forKey: number) }
        if let handle { spn_unsubscribe(handle.pointer) }
    }

    /// Ends it. What waits can still be read.
    func finish(with error: NATSError?) {
        let reader = state.withLock { state -> CheckedContinuation<NATSMessage?, any Error>? in
            guard !state.isEnded else { return nil }
            state.isEnded = true
            let reader = state.reader.take()
            if reader == nil { state.error = error }
            return reader
        }
        if let error { reader?.resume(throwing: error) } else { reader?.resume(returning: nil) }
        core.perform(.call { _ in self.close() })
    }

    /// libnats subscribes again by itself.
    func connectionLost() {}

    /// Ends it for a reader who does not want what waits.
    func cancel() {
        state.withLock { ($0.messages, $0.first, $0.bytes, $0.error) = ([], 0, 0, nil) }
        finish(with: nil)
    }

    func receive(_ message: borrowing RawMessage) {
        let message = message.message
        enum Outcome {
            case kept, tooMany
            case handed(CheckedContinuation<NATSMessage?, any Error>)
        }
        let outcome = state.withLock { state -> Outcome in
            if state.isEnded { return .kept }
            if let reader = state.reader.take() { return .handed(reader) }
            if state.messages.count - state.first >= limit || state.bytes + message.payload.count > Self.byteLimit {
                return .tooMany
            }
            state.messages.append(message)
            state.bytes += message.payload.count
            return .kept
        }
        switch outcome {
        case .kept: break
        case .handed(let reader): reader.resume(returning: message)
        case .tooMany:
            finish(
                with: NATSError(
                    .slowConsumer, "messages of \(subject) came faster than they were read, and some are lost"))
        }
    }

    func next() async throws -> NATSMessage? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result = state.withLock { state -> Result<NATSMessage?, any Error>? in
                    if Task.isCancelled { return .failure(CancellationError()) }
                    if let message = state.next() { return .success(message) }
                    if let error = state.error.take() { return .failure(error) }
                    if state.isEnded { return .success(nil) }
                    state.reader = continuation
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            state.withLock { $0.reader.take() }?.resume(throwing: CancellationError())
        }
    }
}
