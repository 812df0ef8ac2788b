/// Which row begins when: the rows in their order, and those once more whose failure may pass. A pure value, which knows rows by
/// their index; ``LocalRowQueue`` does the waiting.
///
/// Times are durations since the batch began, and never go back.
package struct RowSchedule: Sendable {
    /// When rows are tried again, and when none begins any more.
    package struct Rules: Sendable, Equatable {
        /// How often a row whose failure may pass is tried again.
        package var retries = 0
        /// How long after its first failure. Each time it is twice as long, up to ``longestDelay``.
        package var firstDelay: Duration = .seconds(5)
        package var longestDelay: Duration = .seconds(300)
        /// After so many rows in a row whose last try failed with the same code, no row begins; 0 for never.
        package var stopAfter = 10
        /// From when on no row begins, and what that is called; nil for no such time.
        package var deadline: (time: Duration, name: String)?

        package init() {}

        /// - Parameter tries: How often it has failed, from 1.
        func delay(after tries: Int) -> Duration {
            var delay = firstDelay
            for _ in 1..<max(tries, 1) where delay < longestDelay { delay *= 2 }
            return min(delay, longestDelay)
        }

        package static func == (left: Rules, right: Rules) -> Bool {
            left.retries == right.retries && left.firstDelay == right.firstDelay
                && left.longestDelay == right.longestDelay && left.stopAfter == right.stopAfter
                && left.deadline?.time == right.deadline?.time && left.deadline?.name == right.deadline?.name
        }
    }

    /// What someone who asks for a row is to do.
    package enum Turn: Sendable, Equatable {
        /// Do this row.
        case begin(index: Int, tries: Int)
        /// Ask again at this time, or as soon as the schedule has changed; only then if nil.
        case wait(until: Duration?)
        /// No row will come any more.
        case over
    }

    /// What becomes of a row that has ended.
    package enum End: Sendable, Equatable {
        /// This is its result.
        case final
        /// It is tried once more, at this time.
        case retry(at: Duration)
        /// No such row runs: its result was taken already.
        case unknown
    }

    /// A row without a result.
    package struct Unfinished: Sendable, Equatable {
        package let index: Int
        /// How often it has begun.
        package let tries: Int
        /// Of its last try; nil if none has ended.
        package let result: RowResult?

        package init(index: Int, tries: Int, result: RowResult?) {
            self.index = index
            self.tries = tries
            self.result = result
        }
    }

    private struct Retry: Sendable {
        let index: Int
        let tries: Int
        let due: Duration
        let result: RowResult
    }

    private let rules: Rules
    private let count: Int
    private var nextNew = 0
    /// Rows that were handed out, and came back without having begun.
    private var givenBack: [(index: Int, begun: Int)] = []
    /// By its index, how often a row has begun that runs.
    private var running: [Int: Int] = [:]
    /// Rows that wait for their next try, by how long they wait: those of one list are due in its order.
    private var retries: [Duration: Retries] = [:]
    private var lastCode: String?
    private var failuresInARow = 0
    /// Why no row begins any more; nil while rows do.
    package private(set) var stop: BatchStop?

    /// - Parameter count: How many rows there are.
    package init(count: Int, rules: Rules) {
        self.count = count
        self.rules = rules
    }

    /// How many rows run.
    package var runningCount: Int { running.count }
    /// How many rows wait for their next try.
    package var retryCount: Int { retries.values.reduce(0) { $0 + $1.count } }

    /// Someone is free for a row.
    package mutating func next(at time: Duration) -> Turn {
        if hasMore { stopAtDeadline(time) }
        // A row that runs can no longer be tried again then.
        guard stop == nil else { return .over }
        let due = retries.min { ($0.value.first?.due ?? time) < ($1.value.first?.due ?? time) }
        if let (delay, list) = due, let first = list.first, first.due <= time {
            _ = retries[delay]?.removeFirst()
            if retries[delay]?.first == nil { retries[delay] = nil }
            return begin(first.index, tries: first.tries + 1)
        }
        if let row = givenBack.popLast() { return begin(row.index, tries: row.begun + 1) }
        if nextNew < count {
            nextNew += 1
            return begin(nextNew - 1, tries: 1)
        }
        if let first = due?.value.first {
            return .wait(until: rules.deadline.map { min($0.time, first.due) } ?? first.due)
        }
        return running.isEmpty ? .over : .wait(until: nil)
    }

    private mutating func begin(_ index: Int, tries: Int) -> Turn {
        running[index] = tries
        return .begin(index: index, tries: tries)
    }

    /// Whether a row is there that could begin, now or later: where none is, there is nothing to stop.
    private var hasMore: Bool { nextNew < count || !givenBack.isEmpty || !retries.isEmpty }

    private mutating func stopAtDeadline(_ time: Duration) {
        if let deadline = rules.deadline, time >= deadline.time { stop(.until(deadline.name)) }
    }

    /// A row has ended.
    package mutating func finish(_ index: Int, _ result: RowResult, at time: Duration) -> End {
        guard let tries = running.removeValue(forKey: index) else { return .unknown }
        let mayPass = result.state == .failed && result.failure?.isRetryable == true && tries <= rules.retries
        if mayPass { stopAtDeadline(time) }
        if mayPass, stop == nil {
            let delay = rules.delay(after: tries)
            let retry = Retry(index: index, tries: tries, due: time + delay, result: result)
            retries[delay, default: Retries()].append(retry)
            return .retry(at: retry.due)
        }
        countFailure(result)
        return .final
    }

    /// What was stopped from outside says nothing of the others.
    private mutating func countFailure(_ result: RowResult) {
        guard result.state != .notRun else { return }
        guard result.state != .succeeded, let failure = result.failure else {
            (lastCode, failuresInARow) = (nil, 0)
            return
        }
        failuresInARow = failure.code == lastCode ? failuresInARow + 1 : 1
        lastCode = failure.code
        if rules.stopAfter > 0, failuresInARow >= rules.stopAfter, hasMore {
            stop(.failures(code: failure.code, count: failuresInARow, message: failure.message))
        }
    }

    /// A row that was handed out has not begun: it is the next one to be handed out.
    package mutating func giveBack(_ index: Int) {
        if let tries = running.removeValue(forKey: index) { givenBack.append((index, tries - 1)) }
    }

    /// No row begins from now on, also if none is left. The first reason counts.
    package mutating func stop(_ reason: BatchStop) {
        if stop == nil { stop = reason }
    }

    /// The rows that have no result, in their order: those that were never handed out, those that would have been tried again,
    /// and those that run.
    package var unfinished: [Unfinished] {
        var rows = running.map { Unfinished(index: $0.key, tries: $0.value, result: nil) }
        rows += retries.values.flatMap(\.all).map { Unfinished(index: $0.index, tries: $0.tries, result: $0.result) }
        rows += givenBack.map { Unfinished(index: $0.index, tries: $0.begun, result: nil) }
        rows.sort { $0.index < $1.index }
        // Every index of those is below.
        return rows + (nextNew..<count).map { Unfinished(index: $0, tries: 0, result: nil) }
    }

    /// Rows that wait equally long, the first one to be due first.
    private struct Retries: Sendable {
        private var items: [Retry] = []
        private var start = 0

        var first: Retry? { start < items.count ? items[start] : nil }
        var count: Int { items.count - start }
        var all: ArraySlice<Retry> { items[start...] }

        mutating func append(_ retry: Retry) { items.append(retry) }

        mutating func removeFirst() {
            start += 1
            // What is gone is dropped now and then, so that each removal costs the same on average.
            if start > 64, start * 2 > items.count {
                items.removeFirst(start)
                start = 0
            }
        }
    }
}
