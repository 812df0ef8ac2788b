/// How many predictions may be created in a time, all rows together. A value.
///
/// Creates are evenly spaced: 60 a minute are one a second, and not 60 at once, after which a minute nothing happens. A service
/// counts by windows of its own, whose edges nobody knows here: of a burst at the end of one and another at the beginning of the
/// next it sees twice as many in a minute.
package struct CreateRate: Sendable, Equatable {
    /// Between two creates.
    package let interval: Duration
    /// As it was given, such as `60/min`.
    package let text: String

    private static let units: [String: Double] = [
        "s": 1, "sec": 1, "second": 1, "m": 60, "min": 60, "minute": 60, "h": 3600, "hour": 3600,
    ]

    /// - Parameter text: Such as `60/min`, `2/s` or `1000/h`.
    /// - Returns: Nil for anything else, and for more than a million a second or less than one a day.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Double(parts[0]), let unit = Self.units[String(parts[1])] else {
            return nil
        }
        let seconds = unit / number
        guard number > 0, (1e-6...86_400).contains(seconds) else { return nil }
        // To the nanosecond: 3.6 seconds are no number of binary fractions.
        interval = .nanoseconds(Int64((seconds * 1e9).rounded()))
        self.text = text
    }
}

/// When which create of a ``CreateRate`` may go: in the order in which they come. A pure value; ``CreateRateLimiter`` does the
/// waiting.
///
/// Only the first in the line has a time: who gives up behind it takes no create from the others. A create that goes late, since
/// timers are, does not delay the next; but of what an idle time has left out nothing is made up, so that in any time `t` there
/// are at most `t / interval + 2`.
package struct CreateLine: Sendable {
    private let interval: Duration
    private var nextTicket = 0
    /// Tickets that wait, the first of which is ``first``.
    private var waiting: Set<Int> = []
    private var first: Int?
    /// From when on the next create may go.
    private var due: Duration?

    package init(_ rate: CreateRate) { interval = rate.interval }

    /// Joins the line, at its end.
    ///
    /// - Returns: A ticket, and whether it is the first one.
    package mutating func join() -> (ticket: Int, isFirst: Bool) {
        let ticket = nextTicket
        nextTicket += 1
        waiting.insert(ticket)
        if first == nil { first = ticket }
        return (ticket, first == ticket)
    }

    /// The first one goes, if it is time.
    ///
    /// - Returns: Nil if it goes: it has left the line. Otherwise, how long it is to wait.
    package mutating func go(at time: Duration) -> Duration? {
        let slot = due ?? time
        guard time >= slot else { return slot - time }
        due = (time - slot < interval ? slot : time) + interval
        if let first { leave(first) }
        return nil
    }

    /// Leaves the line, having gone or given up.
    package mutating func leave(_ ticket: Int) {
        guard waiting.remove(ticket) != nil, ticket == first else { return }
        // Tickets only go up, so that each number is passed once.
        first = waiting.isEmpty ? nil : (ticket + 1..<nextTicket).first { waiting.contains($0) }
    }

    /// Whose turn it is; nil if nobody waits.
    package var head: Int? { first }
}
