/// What a batch has done and is doing: a value folded from the events of its rows, from which every display of a batch is made.
///
/// An event costs the same however many rows there are. Times are durations since the batch began.
package struct BatchState: Sendable {
    /// A row that runs.
    package struct Running: Sendable, Equatable {
        package let number: Int
        package let label: String
        package let tries: Int
        package let since: Duration
    }

    /// Rows that have failed, or are in doubt, with the same code.
    package struct FailureGroup: Sendable, Equatable {
        package let code: String
        package fileprivate(set) var count = 0
        /// Of the first of them.
        package let message: String
        /// Of the last of them, the newest last; at most ``BatchState/mostLabels``.
        package fileprivate(set) var labels: [String] = []
    }

    /// A row that has failed, or is in doubt.
    package struct FailedRow: Sendable, Equatable {
        package let label: String
        package let state: RowResult.State
        package let failure: RowResult.Failure?
    }

    /// A picture of how far a row that runs is.
    package struct Preview: Sendable, Equatable {
        /// Of the row.
        package let label: String
        package let url: String
    }

    /// How many labels of a group, and how many failed rows, are kept.
    package static let mostLabels = 5
    /// How many codes are told apart; scripts can make any number of them. Failures with others are in the last group.
    package static let mostGroups = 50
    private static let otherCodes = "others"

    /// How many rows the batch has.
    package let total: Int
    package private(set) var succeeded = 0
    package private(set) var failed = 0
    package private(set) var inDoubt = 0
    package private(set) var notRun = 0
    /// Done by attempts before.
    package private(set) var skipped = 0
    /// How often a row was tried once more.
    package private(set) var retries = 0
    /// Predictions that this attempt has created, and those of attempts before that it has used.
    package private(set) var created = 0
    package private(set) var reused = 0
    /// Predictions that have succeeded and whose files were neither saved nor used.
    package private(set) var unsaved = 0
    /// How many rows other processes run.
    private var runningElsewhere = 0
    /// By their numbers.
    private var runningRows: [Int: Running] = [:]
    /// Of tries that have ended, until it is known whether their rows are tried again.
    private var unsavedOfRunning: [Int: Int] = [:]
    /// Of each running row that has a preview its newest one, by the row's number; the last one came last.
    private var previews: [(number: Int, url: String)] = []
    /// By their codes, in the order in which the codes came.
    package private(set) var failures: [FailureGroup] = []
    /// The last rows that have failed, the newest last.
    package private(set) var lastFailed: [FailedRow] = []
    private var pace = Pace()

    package init(total: Int) { self.total = total }

    /// Rows that have a result: done, failed, in doubt, or done before. Those that have not run do not count.
    package var ended: Int { succeeded + failed + inDoubt + skipped }
    /// Rows without a result, those that run among them.
    package var remaining: Int { max(total - ended, 0) }
    /// The rows that run, in the order in which they began.
    package var running: [Running] {
        runningRows.values.sorted { ($0.since, $0.number) < ($1.since, $1.number) }
    }
    package var runningCount: Int { runningElsewhere + runningRows.count }
    /// Of the previews that running rows have now, the one that came last; nil if there is none.
    package var preview: Preview? {
        guard let newest = previews.last, let row = runningRows[newest.number] else { return nil }
        return Preview(label: row.label, url: newest.url)
    }

    /// - Parameter time: Never less than that of the event before.
    package mutating func apply(_ event: RowEvent, at time: Duration) {
        switch event {
        case .started(let row):
            runningRows[row.row.number] = Running(
                number: row.row.number, label: row.row.label, tries: row.tries, since: time)
            pace.begin(at: time)
        case .retried(let row, _):
            runningRows[row.row.number] = nil
            setPreview(nil, of: row.row.number)
            // The next try takes them up.
            unsavedOfRunning[row.row.number] = nil
            retries += 1
        case .ended(let row, let result):
            if end(row.row, result) { pace.end(at: time) }
        case .left(let row, let result): _ = end(row, result)
        case .skipped: skipped += 1
        case .reopened(_, _, wasSkipped: true): skipped -= 1
        case .reopened(_, let state, wasSkipped: false): reopen(state)
        case .running(let count): runningElsewhere = count
        case .created: created += 1
        case .reused: reused += 1
        case .unsaved(let row, let count): unsavedOfRunning[row.row.number] = count
        case .previewed(let row, let url): setPreview(url, of: row.row.number)
        }
    }

    private mutating func setPreview(_ url: String?, of number: Int) {
        previews.removeAll { $0.number == number }
        guard let url, runningRows[number] != nil else { return }
        previews.append((number: number, url: url))
    }

    private mutating func reopen(_ state: RowResult.State) {
        switch state {
        case .succeeded: succeeded -= 1
        case .failed: failed -= 1
        case .inDoubt: inDoubt -= 1
        case .notRun: notRun -= 1
        }
    }

    /// - Returns: Whether it has a result.
    private mutating func end(_ row: BatchRow, _ result: RowResult) -> Bool {
        runningRows[row.number] = nil
        setPreview(nil, of: row.number)
        unsaved += unsavedOfRunning.removeValue(forKey: row.number) ?? 0
        switch result.state {
        case .succeeded: succeeded += 1
        case .failed: failed += 1
        case .inDoubt: inDoubt += 1
        case .notRun:
            notRun += 1
            return false
        }
        guard result.state != .succeeded else { return true }
        lastFailed.append(FailedRow(label: row.label, state: result.state, failure: result.failure))
        if lastFailed.count > Self.mostLabels { lastFailed.removeFirst() }
        count(result, of: row.label)
        return true
    }

    private mutating func count(_ result: RowResult, of label: String) {
        let code = result.failure?.code ?? result.state.rawValue
        let message = result.failure?.message ?? ""
        let index: Int
        if let known = failures.firstIndex(where: { $0.code == code }) {
            index = known
        } else if failures.count < Self.mostGroups {
            index = failures.count
            failures.append(FailureGroup(code: code, message: message))
        } else {
            index = Self.mostGroups
            if failures.count == index { failures.append(FailureGroup(code: Self.otherCodes, message: message)) }
        }
        failures[index].count += 1
        failures[index].labels.append(label)
        if failures[index].labels.count > Self.mostLabels { failures[index].labels.removeFirst() }
    }

    // MARK: Time left

    /// How many rows a second end, by the newest ends; nil until there are enough. Rows of attempts before do not count.
    package func rate(at time: Duration) -> Double? { pace.rate(at: time) }

    /// How long the rows that have no result will take at the rate of the newest ends; nil until there are enough of those.
    package func timeLeft(at time: Duration) -> Duration? {
        rate(at: time).map { .seconds(Double(remaining) / $0) }
    }
}

extension BatchState {
    /// When rows have ended, as far as that says how fast they end now.
    private struct Pace: Sendable {
        /// The most ends that count.
        private static let most = 64
        /// Fewer say nothing.
        private static let fewest = 8
        /// How far back ends count, unless there are fewer than ``fewest``.
        private static let window: Duration = .seconds(300)

        /// Where counting starts: when the first row began, or the newest end that no longer counts.
        private var start: Duration?
        /// The newest ends since then.
        private var ends: [Duration] = []

        mutating func begin(at time: Duration) {
            if start == nil { start = time }
        }

        mutating func end(at time: Duration) {
            begin(at: time)
            ends.append(time)
            drop(at: time)
        }

        private mutating func drop(at time: Duration) {
            while let oldest = ends.first, isDropped(oldest, of: ends.count, at: time) {
                start = oldest
                ends.removeFirst()
            }
        }

        private func isDropped(_ end: Duration, of count: Int, at time: Duration) -> Bool {
            count > Self.most || count > Self.fewest && time - end > Self.window
        }

        /// Ends a second. While no row ends it goes down.
        func rate(at time: Duration) -> Double? {
            var current = self
            current.drop(at: time)
            guard current.ends.count >= Self.fewest, let start = current.start, time > start else { return nil }
            return Double(current.ends.count) / ((time - start) / .seconds(1))
        }
    }
}
