internal import CNATS
import Synchronization

/// One call of `JetStream.pull`, with a subscription of its own: the messages come with the subjects that they have in the
/// stream, by which nobody could tell whose request they answer.
final class Pull: Subscriber {
    /// How a request for messages ended.
    private enum End: Sendable {
        /// All that was asked for came, or all that there is.
        case complete
        case cancelled
        case failed(NATSError)
    }

    private struct State {
        var messages: [NATSMessage] = []
        /// With how many messages the present request is complete.
        var target = 0
        /// Counts the requests.
        var step: UInt64 = 0
        var waiter: CheckedContinuation<End, Never>?
    }

    private let jetStream: JetStream
    private let stream: String
    private let consumer: String
    /// The requests of one pull have `inbox.1`, `inbox.2`, …
    private let inbox: String
    private let state = Mutex(State())
    /// Touched on the connection's queue.
    private let subscription = Mutex<(number: UInt, handle: ConnectionCore.Handle)?>(nil)

    private var core: ConnectionCore { jetStream.connection.core }

    init(_ jetStream: JetStream, stream: String, consumer: String) {
        self.jetStream = jetStream
        self.stream = stream
        self.consumer = consumer
        // Two parts below the connection's own inbox, which has one.
        inbox = "\(jetStream.connection.core.inbox).pull.\(Callbacks.nextNumber())"
    }

    func take(count: Int, expires: Duration) async throws -> [PulledMessage] {
        defer { close() }
        do {
            // A request that waits for `count` messages waits for the last of them, too. So: what there is, or else the first that
            // comes, and then what there is besides.
            try await askAtOnce(for: count)
            if received == 0, expires > .zero {
                try await ask(for: 1, expires: expires)
                if received > 0, count > 1 { try await ask(for: count - 1, expires: nil) }
            }
        } catch let error as NATSError {
            if received == 0 { throw error }
        } catch {
            close(givingBack: state.withLock { $0.messages })
            throw error
        }
        // There are more only if both requests of `askAtOnce` were answered after all.
        let messages = state.withLock { $0.messages }
        if messages.count > count { close(givingBack: Array(messages[count...])) }
        return try messages.prefix(count).map { try PulledMessage($0, jetStream) }
    }

    /// Asks for what there is. Nobody answers for a consumer that does not exist.
    private func askAtOnce(for count: Int) async throws {
        let patience = min(jetStream.timeout, .seconds(1))
        do {
            return try await ask(for: count, expires: nil, patience: patience)
        } catch let error as NATSError where error.code == .timeout && received == 0 {
            guard try await jetStream.consumer(consumer, of: stream) != nil else { throw missing }
        }
        try await ask(for: count, expires: nil)
    }

    private var missing: NATSError {
        NATSError(.notFound, "there is no consumer \(consumer) of the stream \(stream)")
    }

    private var received: Int { state.withLock { $0.messages.count } }

    private func ask(for count: Int, expires: Duration?, patience: Duration? = nil) async throws {
        let options = expires.map { "\"expires\":\($0.nanoseconds)" } ?? "\"no_wait\":true"
        let step = state.withLock { state in
            state.step += 1
            state.target = state.messages.count + count
            return state.step
        }
        let request = ConnectionCore.Outgoing(
            subject: "$JS.API.CONSUMER.MSG.NEXT.\(stream).\(consumer)", reply: "\(inbox).\(step)",
            payload: Array("{\"batch\":\(count),\(options)}".utf8))
        let end = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                state.withLock { $0.waiter = continuation }
                if Task.isCancelled { return finish(.cancelled) }
                if let problem = core.requests.problem { return finish(.failed(problem)) }
                core.perform(.call { self.send(request, $0) })
                core.after((expires ?? .zero) + (patience ?? jetStream.timeout)) { [weak self] in
                    self?.expire(step, expires != nil)
                }
            }
        } onCancel: {
            finish(.cancelled)
        }
        switch end {
        case .complete: break
        case .cancelled: throw CancellationError()
        case .failed(let error): throw error
        }
    }

    private func finish(_ end: End) {
        state.withLock { $0.waiter.take() }?.resume(returning: end)
    }

    private func expire(_ step: UInt64, _ isWaiting: Bool) {
        guard state.withLock({ $0.step == step }) else { return }
        // A server that takes its time to say that the time is over is not worth an error.
        finish(isWaiting ? .complete : .failed(NATSError(.timeout, "JetStream did not answer in time")))
    }

    // MARK: On the connection's queue

    private func send(_ request: ConnectionCore.Outgoing, _ connection: ConnectionCore.Handle?) {
        guard let connection else { return finish(.failed(core.requests.problem ?? .closed)) }
        if subscription.withLock({ $0 == nil }) {
            let number = Callbacks.add(self)
            var raw: OpaquePointer?
            let (status, text) = withErrorText { spn_subscribe(connection.pointer, "\(inbox).*", number, &raw, $0) }
            guard status == 0, let raw else {
                Callbacks.removeReceiver(number)
                return finish(.failed(NATSError(status: status, text: text)))
            }
            subscription.withLock { $0 = (number, ConnectionCore.Handle(pointer: raw)) }
            core.subscriptions.withLock { $0[number] = self }
            // From here on it is told when the connection is lost or closed; it may have been since.
            if let problem = core.requests.problem { return finish(.failed(problem)) }
        }
        if let problem = core.write(request, connection) { finish(.failed(problem)) }
    }

    private func close(givingBack messages: [NATSMessage] = []) {
        core.perform(
            .call { connection in
                guard let (number, handle) = self.subscription.withLock({ $0.take() }) else { return }
                Callbacks.removeReceiver(number)
                self.core.subscriptions.withLock { _ = $0.removeValue(forKey: number) }
                spn_unsubscribe(handle.pointer)
                guard let connection else { return }
                for reply in messages.compactMap(\.reply) {
                    // Whoever asks next may have it. If this is lost, it is handed out again after ackWait.
                    _ = self.core.write(
                        ConnectionCore.Outgoing(subject: reply, payload: Array("-NAK".utf8)), connection)
                }
            })
    }

    // MARK: What comes

    var subject: String { "\(inbox).*" }

    func connectionLost() {
        finish(received > 0 ? .complete : .failed(.disconnected))
    }

    func finish(with error: NATSError?) {
        finish(.failed(error ?? .closed))
    }

    func receive(_ message: borrowing RawMessage) {
        let step = message.number(after: inbox.utf8.count + 1)
        let message = message.message
        if message.reply?.hasPrefix(AckSubject.prefix) == true {
            let isComplete = state.withLock { state in
                state.messages.append(message)
                return state.messages.count >= state.target
            }
            if isComplete { finish(.complete) }
        } else if let status = message.headers["Status"], state.withLock({ $0.step == step }) {
            note(status, message.headers["Description"] ?? "")
        }
    }

    /// A request that has come to its end without all its messages.
    private func note(_ status: String, _ words: String) {
        switch status {
        // A sign of life.
        case "100": break
        // No messages; or none in time.
        case "404", "408": finish(.complete)
        case "503": finish(.failed(missing))
        case "409" where words.contains("Consumer Deleted"):
            finish(.failed(NATSError(.notFound, "the consumer \(consumer) of the stream \(stream) was deleted")))
        // More wait at the consumer than it lets (512 by default): there is room again once some have got something.
        case "409" where words.contains("MaxWaiting"):
            finish(.failed(NATSError(.timeout, "too many workers wait for rows at once (\(words))")))
        case "409" where words.contains("Shutdown") || words.contains("Leadership"): finish(.complete)
        default: finish(.failed(NATSError(.refused(Int(status) ?? 0), "JetStream hands out no messages: \(words)")))
        }
    }
}
