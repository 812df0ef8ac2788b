import DequeModule
import HeapModule

/// Who may poll when: a timer queue whose turns keep to a common rate. A pure value; times are since any fixed moment.
struct TurnQueue {
    /// One turn to come.
    private struct Turn: Comparable {
        var due: Duration
        var number: UInt64
        /// It is given then, whatever the rate says: a wait must end in time.
        var deadline: Duration

        /// The earliest first; of turns that are due together, the one that came first.
        static func < (left: Turn, right: Turn) -> Bool { (left.due, left.number) < (right.due, right.number) }
    }

    private struct Deadline: Comparable {
        var time: Duration
        var number: UInt64

        static func < (left: Deadline, right: Deadline) -> Bool {
            (left.time, left.number) < (right.time, right.number)
        }
    }

    /// Turns that are not due.
    private var sleeping = Heap<Turn>()
    private var cancelled: Set<UInt64> = []
    /// Turns that are due and wait for the rate, in the order in which they became so; with some that have gone.
    private var due = Deque<UInt64>()
    /// Those in ``due`` that have not gone.
    private var waiting: Set<UInt64> = []
    private var deadlines = Heap<Deadline>()
    private var nextNumber: UInt64 = 0

    /// What is to be asked of the service.
    private(set) var rate: PollRate
    /// Turns that may be given at once.
    private var tokens: Double
    private var refilledAt: Duration = .zero

    init(rate: PollRate) {
        self.rate = rate
        tokens = rate.burst
    }

    var isEmpty: Bool { sleeping.count == cancelled.count && waiting.isEmpty }

    mutating func add(due: Duration, deadline: Duration) -> UInt64 {
        nextNumber += 1
        sleeping.insert(Turn(due: min(due, deadline), number: nextNumber, deadline: deadline))
        return nextNumber
    }

    mutating func cancel(_ number: UInt64) {
        if waiting.remove(number) != nil {
            if due.count > 64, due.count > 2 * waiting.count { due.removeAll { !waiting.contains($0) } }
            return
        }
        cancelled.insert(number)
        // Cancelled turns are dropped when they are due, or when they are the most.
        guard cancelled.count > 64, cancelled.count * 2 > sleeping.count else { return }
        sleeping = Heap(sleeping.unordered.filter { !cancelled.contains($0.number) })
        cancelled = []
    }

    /// The turns that have come.
    ///
    /// - Parameter ahead: Turns that are due this soon come, too.
    mutating func take(at now: Duration, ahead: Duration = .zero) -> [UInt64] {
        while let turn = sleeping.min, turn.due <= now + ahead {
            sleeping.removeMin()
            if cancelled.remove(turn.number) != nil { continue }
            due.append(turn.number)
            waiting.insert(turn.number)
            deadlines.insert(Deadline(time: turn.deadline, number: turn.number))
        }
        refill(at: now)
        var taken: [UInt64] = []
        while let first = deadlines.min, first.time <= now || !waiting.contains(first.number) {
            deadlines.removeMin()
            if waiting.remove(first.number) != nil { taken.append(first.number) }
        }
        while tokens >= 1, let number = due.popFirst() {
            guard waiting.remove(number) != nil else { continue }
            tokens -= 1
            taken.append(number)
        }
        if waiting.isEmpty {
            due.removeAll(keepingCapacity: true)
            deadlines = Heap()
        }
        return taken
    }

    /// When the next turn comes.
    mutating func nextDue() -> Duration? {
        var next: Duration?
        while let first = sleeping.min {
            if cancelled.remove(first.number) != nil {
                sleeping.removeMin()
                continue
            }
            next = first.due
            break
        }
        guard !waiting.isEmpty else { return next }
        while let first = deadlines.min, !waiting.contains(first.number) { deadlines.removeMin() }
        let token = tokens >= 1 ? refilledAt : refilledAt + .seconds((1 - tokens) / rate.current) + .nanoseconds(1)
        return [next, token, deadlines.min?.time].compactMap(\.self).min()
    }

    /// The service has answered a poll.
    mutating func noteAccepted(at now: Duration) { rate.noteAccepted(at: now) }

    /// The service has throttled a call.
    ///
    /// - Parameter sentAt: When that was sent.
    mutating func noteThrottled(sentAt: Duration, at now: Duration) {
        refill(at: now)
        rate.noteThrottled(sentAt: sentAt, at: now)
        tokens = min(tokens, 1)
    }

    private mutating func refill(at now: Duration) {
        let passed = max(now - refilledAt, .zero) / .seconds(1)
        refilledAt = max(now, refilledAt)
        rate.advance(to: now, isSaturated: !waiting.isEmpty && tokens + passed * rate.current < Double(waiting.count))
        tokens = min(tokens + passed * rate.current, rate.burst)
    }
}
