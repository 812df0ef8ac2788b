import NIOCore
import Synchronization

/// One open stream of events: what has still to be written to its client.
///
/// However slow the client is, there is one event of predictions at most that it has not taken, and the ids of those that have
/// changed since: how they stand by then is another event.
final class FeedReader: Sendable {
    /// What is to be done next.
    enum Step: Sendable {
        case write(ByteBuffer)
        /// How these predictions stand is to be written.
        case tell([String])
    }

    private struct State: Sendable {
        var greeting: ByteBuffer?
        var topics: Set<ConsoleTopic> = []
        var event: PredictionsEvent?
        /// What the client could not take in time.
        var missed = PendingIDs()
        var owesComment = false
        /// Since when the last step is being done; nil while there is none.
        var busySince: Duration?
        var isOver = false

        mutating func add(_ new: PredictionsEvent) {
            guard event != nil || !missed.isEmpty else {
                event = new
                return
            }
            if let unsent = event { missed.insert(contentsOf: unsent.ids) }
            event = nil
            missed.insert(contentsOf: new.ids)
        }

        mutating func next() -> Step? {
            guard !isOver else { return nil }
            if let greeting = greeting.take() { return .write(greeting) }
            if let topic = topics.popFirst() { return .write(topic.event) }
            if let event = event.take() { return .write(event.bytes) }
            if !missed.isEmpty { return .tell(missed.take(ConsoleFeed.mostPerEvent)) }
            guard owesComment else { return nil }
            owesComment = false
            return .write(ServerSentEvent.comment)
        }
    }

    /// A client that has missed more predictions is better off with a new stream, before which it asks for all that it shows.
    static let mostMissed = 10_000

    /// Among the readers of its feed.
    let number: Int
    /// An element for whenever there may be a step to do; it ends with the stream.
    let wakeUps: AsyncStream<Void>
    private let wakeUp: AsyncStream<Void>.Continuation
    private let close: @Sendable () -> Void
    private let state: Mutex<State>

    /// - Parameters:
    ///   - greeting: What is written first.
    ///   - close: Breaks the connection. Called for a client that takes too little.
    init(number: Int, greeting: ByteBuffer, close: @escaping @Sendable () -> Void) {
        self.number = number
        self.close = close
        state = Mutex(State(greeting: greeting))
        (wakeUps, wakeUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        wakeUp.yield()
    }

    /// What is to be done now, by whoever has done the step before; nil if that is nothing.
    ///
    /// - Parameter time: By the clock of ``beat(at:timeout:)``.
    func take(at time: Duration) -> Step? {
        state.withLock { state -> Step? in
            let step = state.next()
            state.busySince = step == nil ? nil : time
            return step
        }
    }

    /// Has the client told of these, as soon as it takes them.
    func offer(_ event: PredictionsEvent?, _ topics: Set<ConsoleTopic>) {
        wakeOrClose(
            state.withLock { state -> Bool in
                state.topics.formUnion(topics)
                if let event { state.add(event) }
                return state.missed.count <= Self.mostMissed
            })
    }

    /// Has a client that waits sent a comment, and breaks the connection of one that has taken nothing for too long.
    func beat(at time: Duration, timeout: Duration) {
        wakeOrClose(
            state.withLock { state -> Bool in
                if let since = state.busySince { return time - since < timeout }
                state.owesComment = true
                return true
            })
    }

    /// - Parameter keepsUp: Whether the client takes enough of what is written to it.
    private func wakeOrClose(_ keepsUp: Bool) {
        if keepsUp {
            wakeUp.yield()
        } else if end() {
            close()
        }
    }

    /// Ends the stream: no step follows the one that is being done.
    ///
    /// - Returns: False if it had ended before.
    @discardableResult
    func end() -> Bool {
        let isFirst = state.withLock { state -> Bool in
            defer { state.isOver = true }
            return !state.isOver
        }
        wakeUp.finish()
        return isFirst
    }
}
