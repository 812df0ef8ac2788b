internal import CNATS
import Dispatch
import Synchronization

/// What is behind a connection. It lives until it is closed, whoever has it: libnats calls it.
///
/// All calls of libnats that may block are made on one serial queue, in the order of those who asked for them.
final class ConnectionCore: Sendable, MessageReceiver {
    /// libnats' connection: touched on the queue alone.
    struct Handle: @unchecked Sendable {
        var pointer: OpaquePointer
    }

    private struct Events {
        var isEstablished = false
        /// What libnats reported before `.connected` was.
        var early: [NATSState] = []
        var onState: (@Sendable (NATSState) -> Void)?
    }

    /// What is to be written.
    struct Outgoing: Sendable {
        var subject: String
        var reply: String?
        var headers: [UInt8] = []
        var headerCount = 0
        var payload: [UInt8]
    }

    enum Work: Sendable {
        /// The answer goes to the inbox under this token.
        case request(Outgoing, token: UInt64)
        case publish(Outgoing, CheckedContinuation<Void, any Error>?)
        /// Gets the connection, or nil if there is none any more.
        case call(@Sendable (Handle?) -> Void)
    }

    private struct Queue {
        var work: [Work] = []
        var isDraining = false
        var isClosing = false
    }

    let requests = PendingRequests()
    let subscriptions = Mutex<[UInt: any Subscriber]>([:])
    let inbox: String
    let number = Callbacks.nextNumber()
    private let inboxNumber = Mutex<UInt?>(nil)
    private let inboxSubscription = Mutex<Handle?>(nil)
    private let queue = DispatchQueue(label: "nats.connection")
    private let deadlines = DispatchQueue(label: "nats.deadlines")
    private let pending = Mutex(Queue())
    /// Set and read on the queue, but for the end, when nobody else is left.
    private let handle = Mutex<Handle?>(nil)
    private let events: Mutex<Events>
    /// Of the server that was connected to last.
    let lastURL = Mutex("")

    init(inbox: String, onState: @escaping @Sendable (NATSState) -> Void) {
        self.inbox = inbox
        events = Mutex(Events(onState: onState))
    }

    // MARK: Work

    /// Has something done on the queue, after what was asked for before.
    func perform(_ work: Work) {
        let isIdle = pending.withLock { pending in
            pending.work.append(work)
            defer { pending.isDraining = true }
            return !pending.isDraining
        }
        if isIdle { queue.async { self.drain() } }
    }

    private func drain() {
        while true {
            let work = pending.withLock { pending in
                let work = pending.work
                pending.work = []
                pending.isDraining = !work.isEmpty
                return work
            }
            if work.isEmpty { return }
            for item in work { performOnQueue(item) }
        }
    }

    private func performOnQueue(_ work: Work) {
        // Anew for each: what was asked for before may have closed and freed the connection.
        let handle = handle.withLock { $0 }
        switch work {
        case .request(let outgoing, let token):
            guard requests.markSent(token) else { return }
            if let problem = write(outgoing, handle, replyToken: token) {
                requests.finish(token, with: .failure(problem))
            }
        case .publish(let outgoing, let continuation):
            let problem = write(outgoing, handle)
            if let problem { continuation?.resume(throwing: problem) } else { continuation?.resume() }
        case .call(let body): body(handle)
        }
    }

    /// Writes, on the queue.
    func write(_ outgoing: Outgoing, _ handle: Handle?, replyToken: UInt64? = nil) -> NATSError? {
        guard let handle else { return requests.problem ?? .closed }
        let reply = replyToken.map { "\(inbox).\($0)" } ?? outgoing.reply
        let (status, text) = withErrorText { error in
            outgoing.payload.withUnsafeBytes { payload in
                outgoing.headers.withUnsafeBytes { headers in
                    let headers = headers.baseAddress?.assumingMemoryBound(to: CChar.self)
                    let count = outgoing.headerCount
                    guard let reply else {
                        return spn_publish(
                            handle.pointer, outgoing.subject, nil, payload.baseAddress, payload.count, headers, count,
                            error)
                    }
                    return spn_publish(
                        handle.pointer, outgoing.subject, reply, payload.baseAddress, payload.count, headers, count,
                        error)
                }
            }
        }
        guard status != 0 else { return nil }
        let error = NATSError(status: status, text: text)
        // Of all else nobody can say how much of it the server got. If it is a part, the server takes what follows for the rest,
        // finds that it does not end as it should, and closes the connection.
        switch error.code {
        case .disconnected, .closed, .payloadTooLarge, .invalid: return error
        default: return NATSError(.timeout, "writing to NATS failed (\(text)); what was sent may have arrived")
        }
    }

    // MARK: Connecting and closing

    /// Connects, on the queue.
    func open(_ configuration: NATSConfiguration) async throws {
        Callbacks.add(self, as: number)
        do {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                perform(.call { _ in continuation.resume(with: Result { try self.openOnQueue(configuration) }) })
            }
        } catch {
            Callbacks.removeConnection(number)
            throw error
        }
    }

    private func openOnQueue(_ configuration: NATSConfiguration) throws {
        let connection = try configuration.open(context: number)
        handle.withLock { $0 = Handle(pointer: connection) }
        do {
            try subscribeInbox(connection, timeout: configuration.connectTimeout)
        } catch {
            close()
            throw error
        }
        requests.noteConnected(maxPayload: Int(spn_max_payload(connection)), isFirst: true)
        let url = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1024) { buffer in
            buffer[0] = 0
            _ = spn_connected_url(connection, buffer.baseAddress, buffer.count)
            return buffer.baseAddress.map { String(cString: $0) } ?? ""
        }
        lastURL.withLock { $0 = url }
        events.withLock { events in
            events.isEstablished = true
            for state in [.connected(server: url)] + events.early { events.onState?(state) }
            events.early = []
        }
    }

    private func subscribeInbox(_ connection: OpaquePointer, timeout: Duration) throws {
        guard spn_has_headers(connection) else {
            throw NATSError(.tooOld, "this NATS server is older than 2.2 and has no headers")
        }
        let number = Callbacks.add(self)
        inboxNumber.withLock { $0 = number }
        // It lasts as long as the connection, which destroys it.
        var subscription: OpaquePointer?
        var (status, text) = withErrorText { spn_subscribe(connection, "\(inbox).*", number, &subscription, $0) }
        if status == 0 {
            (status, text) = withErrorText { spn_flush(connection, timeout.milliseconds, $0) }
        }
        guard status == 0 else { throw NATSError(status: status, text: text) }
        inboxSubscription.withLock { $0 = subscription.map { Handle(pointer: $0) } }
    }

    /// Closes it, once. What was asked for before is done first. `then` is called when it is closed.
    func close(then: (@Sendable () -> Void)? = nil) {
        _ = requests.noteClosed(.closed)
        finishSubscriptions(with: nil)
        perform(
            .call { handle in
                if let handle {
                    self.handle.withLock { $0 = nil }
                    if let inbox = self.inboxSubscription.withLock({ $0.take() }) { spn_unsubscribe(inbox.pointer) }
                    spn_close(handle.pointer)
                }
                if let number = self.inboxNumber.withLock({ $0.take() }) { Callbacks.removeReceiver(number) }
                then?()
            })
    }

    private func finishSubscriptions(with error: NATSError?) {
        let ended = subscriptions.withLock { subscriptions in
            defer { subscriptions = [:] }
            return subscriptions
        }
        for subscriber in ended.values { subscriber.finish(with: error) }
    }

    // MARK: What libnats reports

    private func report(_ state: NATSState) {
        events.withLock { events in
            if events.isEstablished { events.onState?(state) } else { events.early.append(state) }
        }
    }

    func noteDisconnected() {
        guard requests.noteDisconnected() else { return }
        for subscriber in subscriptions.withLock({ Array($0.values) }) { subscriber.connectionLost() }
        report(.disconnected(reason: nil))
    }

    func noteReconnected(url: String, maxPayload: Int) {
        lastURL.withLock { $0 = url }
        requests.noteConnected(maxPayload: maxPayload)
        report(.connected(server: url))
    }

    func noteClosed(status: Int32, reason: String) {
        let error = status == 0 ? NATSError.closed : NATSError(status: status, text: reason)
        let isByItself = requests.noteClosed(
            NATSError(.closed, "the connection to NATS was closed: \(error.message)", remedy: error.remedy))
        finishSubscriptions(with: isByItself ? error : nil)
        report(.closed(reason: isByItself ? error.message : nil))
        Callbacks.removeConnection(number)
        // What it has of its creator is not needed any more.
        events.withLock { $0.onState = nil }
    }

    func noteProblem(status: Int32, text: String) {
        let error = NATSError(status: status, text: text)
        if error.code == .permission { notePermission(error, text) }
        report(.problem(error))
    }

    /// The server names the subject in quotes: `Permissions Violation for Publish to "a.b"`.
    private func notePermission(_ error: NATSError, _ text: String) {
        let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
        guard parts.count >= 3 else { return }
        let subject = String(parts[1])
        if parts[0].contains("Publish") { return requests.fail(subject: subject, with: error) }
        if subject == "\(inbox).*" {
            return requests.refuseAll(
                with: NATSError(
                    .permission, "NATS does not allow subscribing to _INBOX.>, where answers come",
                    remedy: "allow it to this user in the server's configuration"))
        }
        let refused = subscriptions.withLock { $0.values.filter { $0.subject == subject } }
        for subscriber in refused { subscriber.finish(with: error) }
    }

    /// An answer.
    func receive(_ message: borrowing RawMessage) {
        guard let token = message.number(after: inbox.utf8.count + 1) else { return }
        let answer = message.message
        if answer.payload.isEmpty, answer.headers["Status"] == "503" {
            return requests.finish(token, with: .failure(NATSError.noResponders))
        }
        requests.finish(token, with: .success(answer))
    }

    // MARK: Deadlines

    /// Has the deadlines looked at then.
    func checkDeadlines(at instant: ContinuousClock.Instant) {
        let left = max(.zero, ContinuousClock.now.duration(to: instant))
        // A millisecond late rather than early, so that it is not looked twice.
        deadlines.asyncAfter(deadline: .now() + .milliseconds(Int(left.milliseconds) + 1)) { [weak self] in
            guard let self else { return }
            if let next = self.requests.expire(now: .now) { self.checkDeadlines(at: next) }
        }
    }

    func after(_ duration: Duration, _ body: @escaping @Sendable () -> Void) {
        deadlines.asyncAfter(deadline: .now() + .milliseconds(Int(duration.milliseconds)), execute: body)
    }
}
