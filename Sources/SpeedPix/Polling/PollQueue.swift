import DequeModule
import HeapModule

/// Decides which wait polls when: a timer queue with a common rate limit. A pure value; times are since any fixed moment.
struct PollQueue {
    /// A poll to come.
    private struct ScheduledPoll: Comparable {
        var due: Duration
        var number: UInt64
        /// It is made then, whatever the rate says, since a wait must end in time.
        var deadline: Duration

        /// The earliest first; of polls that are due together, the one that came first.
        static func < (left: ScheduledPoll, right: ScheduledPoll) -> Bool {
            (left.due, left.number) < (right.due, right.number)
        }
    }

    private struct Deadline: Comparable {
        var time: Duration
        var number: UInt64

        static func < (left: Deadline, right: Deadline) -> Bool {
            (left.time, left.number) < (right.time, right.number)
        }
    }

    /// Polls that are not due.
    private var sleeping = Heap<ScheduledPoll>()
    private var cancelled: Set<UInt64> = []
    /// Polls that are due and wait for the rate, in the order in which they became due; some of them were made or cancelled.
    private var due = Deque<UInt64>()
    /// Those in ``due`` that were neither made nor cancelled.
    private var waiting: Set<UInt64> = []
    private var deadlines = Heap<Deadline>()
    private var nextNumber: UInt64 = 0

    /// What is to be asked of the service.
    private(set) var rate: PollRate
    /// Polls that may be made at once.
    private var tokens: Double
    private var refilledAt: Duration = .zero

    init(rate: PollRate) {
        self.rate = rate
        tokens = rate.burst
    }

    var isEmpty: Bool { sleeping.count == cancelled.count && waiting.isEmpty }

    mutating func add(due: Duration, deadline: Duration) -> UInt64 {
        nextNumber += 1
        sleeping.insert(ScheduledPoll(due: min(due, deadline), number: nextNumber, deadline: deadline))
        return nextNumber
    }

    mutating func cancel(_ number: UInt64) {
        if waiting.remove(number) != nil {
            if due.count > 64, due.count > 2 * waiting.count { due.removeAll { !waiting.contains($0) } }
            return
        }
        cancelled.insert(number)
        // Cancelled polls are dropped when they are due, or when they are the most.
        guard cancelled.count > 64, cancelled.count * 2 > sleeping.count else { return }
        sleeping = Heap(sleeping.unordered.filter { !cancelled.contains($0.number) })
        cancelled = []
    }

    /// Takes out the polls that may be made now.
    ///
    /// - Parameter ahead: Polls that are due this soon are taken, too.
    mutating func take(at now: Duration, ahead: Duration = .zero) -> [UInt64] {
        while let poll = sleeping.min, poll.due <= now + ahead {
            sleeping.removeMin()
            if cancelled.remove(poll.number) != nil { continue }
            due.append(poll.number)
            waiting.insert(poll.number)
            deadlines.insert(Deadline(time: poll.deadline, number: poll.number))
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

    /// When the next poll may be made.
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
