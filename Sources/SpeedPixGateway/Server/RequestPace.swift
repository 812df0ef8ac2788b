import NIOCore

/// How fast a client sends its requests: whoever takes for ever keeps a connection from others. A value; ``RequestTimer`` gives it
/// the time and what happens.
///
/// Only time in which the gateway waits for the client counts: an upload may be slow because the disk is.
struct RequestPace: Sendable {
    struct Limits: Sendable, Hashable {
        /// How long the head of a request may take, from its first byte on; the first one's from the connection on.
        var head: TimeAmount = .seconds(10)
        /// The fewest bytes of a body in a second, on the average of a ``window``.
        var bodyRate = 1024
        /// How long a body may be slower.
        var window: TimeAmount = .seconds(10)
    }

    private enum Phase {
        /// Nothing of a request has come yet.
        case idle
        /// The head has begun to come, or the connection is new.
        case head(since: NIODeadline)
        case body
    }

    let limits: Limits
    private var phase: Phase
    /// Requests whose answers have not ended.
    private var unanswered = 0
    /// Since when the gateway waits for more; nil while it does not.
    private var waitsSince: NIODeadline?
    /// What came of a body in this window, and how long the gateway has waited for it.
    private var received = 0
    private var waited = TimeAmount.zero

    /// - Parameter now: When the connection was made.
    init(_ limits: Limits, now: NIODeadline) {
        self.limits = limits
        phase = .head(since: now)
    }

    /// The gateway asks for more.
    mutating func asks(at now: NIODeadline) {
        if waitsSince == nil { waitsSince = now }
    }

    /// Something has come; what it was is told next.
    mutating func arrives(at now: NIODeadline) {
        if let begin = waitsSince, case .body = phase { waited = waited + (now - begin) }
        waitsSince = nil
    }

    mutating func headArrives() {
        phase = .body
        unanswered += 1
        (received, waited) = (0, .zero)
    }

    mutating func bodyArrives(_ count: Int) { received += count }

    mutating func requestEnds() { phase = .idle }

    mutating func answerEnds() { unanswered -= 1 }

    /// Bytes have come that make no part of a request yet.
    mutating func fragmentArrives(at now: NIODeadline) {
        if case .idle = phase { phase = .head(since: now) }
    }

    /// Whether the connection is to be closed. A window that was long enough ends with the question.
    mutating func isTooSlow(at now: NIODeadline) -> Bool {
        switch phase {
        case .idle: return false
        case .head(let begin):
            // A client may send the next request while it reads a long answer.
            return unanswered <= 0 && now - begin >= limits.head
        case .body:
            if let begin = waitsSince {
                waited = waited + (now - begin)
                waitsSince = now
            }
            guard waited >= limits.window else { return false }
            defer { (received, waited) = (0, .zero) }
            return Double(received) < Double(limits.bodyRate) * Double(waited.nanoseconds) / 1e9
        }
    }
}
