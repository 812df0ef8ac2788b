import SpeedPix
import Synchronization

/// The queue of a batch that one process does: a ``RowSchedule``, and the waiting.
package final class LocalRowQueue: RowQueue {
    private struct State {
        var schedule: RowSchedule
        /// Of the rows that run, the index of each by its number.
        var indexes: [Int: Int] = [:]
        /// Goes up with each change by which someone who waits may get a row, or learn that none comes.
        var changes = 0
        var nextID = 0
        var waiting: [Int: CheckedContinuation<Void, any Error>] = [:]
    }

    private let row: @Sendable (Int) throws -> BatchRow
    private let clock: any Clock<Duration>
    private let elapsed: @Sendable () -> Duration
    private let state: Mutex<State>

    /// - Parameters:
    ///   - count: How many rows there are.
    ///   - rules: Its times count from now.
    ///   - clock: On which retries and the deadline are waited for.
    ///   - row: The row of an index from 0; asked each time that one is handed out, and from any thread.
    package init(
        count: Int, rules: RowSchedule.Rules, clock: any Clock<Duration>,
        row: @escaping @Sendable (Int) throws -> BatchRow
    ) {
        self.row = row
        self.clock = clock
        elapsed = clock.stopwatch()
        state = Mutex(State(schedule: RowSchedule(count: count, rules: rules)))
    }

    /// The same with rows that are at hand.
    package convenience init(_ rows: [BatchRow], rules: RowSchedule.Rules, clock: any Clock<Duration>) {
        self.init(count: rows.count, rules: rules, clock: clock) { rows[$0] }
    }

    /// Why no row begins any more; nil while rows do.
    package var stopReason: BatchStop? { state.withLock { $0.schedule.stop } }

    /// - Throws: `CancellationError`, and what reading the row throws; the row is still to be done then.
    package func next() async throws -> QueuedRow? {
        while true {
            // A cancelled task takes no row: nobody would do it.
            try Task.checkCancellation()
            let (turn, changes) = state.withLock { ($0.schedule.next(at: elapsed()), $0.changes) }
            switch turn {
            case .over:
                // The deadline is found by whoever asks, and the others need not wait for it.
                announceChange()
                return nil
            case .begin(let index, let tries): return QueuedRow(row: try take(index), tries: tries)
            case .wait(nil): try await waitForChange(after: changes)
            case .wait(let time?): try await waitForChange(after: changes, until: time)
            }
        }
    }

    private func take(_ index: Int) throws -> BatchRow {
        do {
            let row = try row(index)
            state.withLock { $0.indexes[row.number] = index }
            return row
        } catch {
            state.withLock { $0.schedule.giveBack(index) }
            announceChange()
            throw error
        }
    }

    /// - Returns: Also false for a row that does not run, since its result was taken already.
    package func finish(_ row: QueuedRow, _ result: RowResult) async throws -> Bool {
        let now = elapsed()
        let end = state.withLock { state in
            state.indexes.removeValue(forKey: row.row.number).map { state.schedule.finish($0, result, at: now) }
        }
        announceChange()
        return end == .final
    }

    /// No row begins from now on; those that run go on. The first reason counts.
    package func stop(_ reason: BatchStop) {
        state.withLock { $0.schedule.stop(reason) }
        announceChange()
    }

    /// Calls `body` with each row that has no result once the batch is over, in their order, and with what its result is: that
    /// of its last try if it was to be tried again, else `not_run` with the reason.
    ///
    /// - Throws: What `body` and reading a row throw.
    package func forEachUnfinished(_ body: (QueuedRow, RowResult) throws -> Void) throws {
        let (rows, reason) = state.withLock { ($0.schedule.unfinished, $0.schedule.stop) }
        let notRun = (reason ?? .interrupted).result
        for unfinished in rows {
            try body(
                QueuedRow(row: try row(unfinished.index), tries: unfinished.tries), unfinished.result ?? notRun)
        }
    }

    // MARK: Waiting

    private func announceChange() {
        let waiting = state.withLock { state in
            state.changes += 1
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns when something has changed since there were so many changes.
    private func waitForChange(after changes: Int) async throws {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let result: Result<Void, any Error>? = state.withLock { state in
                    if state.changes != changes { return .success(()) }
                    // Under the lock: a later cancellation finds the continuation.
                    if Task.isCancelled { return .failure(CancellationError()) }
                    state.waiting[id] = continuation
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: id) }?.resume(throwing: CancellationError())
        }
    }

    /// The same, but returns at this time at the latest.
    private func waitForChange(after changes: Int, until time: Duration) async throws {
        let pause = time - elapsed()
        guard pause > .zero else { return }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.waitForChange(after: changes) }
            group.addTask { try await self.clock.sleep(for: pause) }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}
