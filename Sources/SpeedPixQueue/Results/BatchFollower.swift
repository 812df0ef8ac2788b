import NATS
import Synchronization

/// Follows a batch in the queue: its results as they come, until every row has one.
///
/// Any number of processes may follow a batch; whoever follows sees to it that rows which are lost are handed out again.
package struct BatchFollower: Sendable {
    /// How often things are looked at that nobody announces, and how long what is missing may be missing.
    package struct Times: Sendable {
        package var poll: Duration = .seconds(2)
        /// How long no row may wait or run, while results are missing, before their rows are handed out again. Longer than the stream's
        /// window for ids: within it a row that is published again is not stored.
        package var missing: Duration = .seconds(150)

        package init() {}
    }

    package enum Event: Sendable {
        /// A row's result, with the time at which the server got it, in seconds since 1970; `isEarlier` for those that were there before.
        case ended(RowLine, QueuedResult, time: Double, isEarlier: Bool)
        /// A row that had a result is done once more.
        case reopened(RowLine)
        /// Every result that was there before was reported.
        case caughtUp(missing: Int)
        /// How many rows are with workers.
        case running(Int)
        case report(WorkerReport)
        /// Rows without a result that were neither waiting nor running were handed out again.
        case republished(Int)
    }

    package enum End: Sendable, Equatable {
        case complete
        case cancelled
        case stopped(QueueStop)
    }

    private struct State {
        var batch: FollowedBatch
        var lists = 0
        var changes = 0
    }

    private let reader: BatchReader
    private let rows: FollowedRows
    private let reopener: RowReopener
    private let times: Times
    private let receive: @Sendable (Event) throws -> Void

    private var access: QueueAccess { reader.access }
    private var subject: QueueSubject { QueueSubject(reader.name) }

    /// - Parameters:
    ///   - now: Seconds since 1970, for people who read the logs of rows.
    ///   - receive: Gets events one after the other, from any task. What it throws ends the following.
    package init(
        _ reader: BatchReader, _ manifest: BatchManifest, rows: FollowedRows, times: Times = Times(),
        now: @escaping @Sendable () -> Double,
        receive: @escaping @Sendable (Event) throws -> Void
    ) {
        self.reader = reader
        self.rows = rows
        self.times = times
        self.receive = receive
        reopener = RowReopener(reader.access, reader.name, manifest, now: now)
    }

    /// Returns when every row has a result, or none is done any more.
    ///
    /// - Throws: `NATSError`, ``QueueError``, what `receive` throws; `CancellationError`, and the batch goes on.
    package func run() async throws -> End {
        let state = FollowedState(count: rows.count)
        try await readReopened(state)
        return try await withThrowingTaskGroup(of: End.self) { group in
            group.addTask { try await readResults(state) }
            group.addTask { try await poll(state) }
            defer { group.cancelAll() }
            guard let end = try await group.next() else { throw CancellationError() }
            return end
        }
    }

    // MARK: Results

    /// Calls `receive` with the results that are stored.
    ///
    /// - Returns: What is known of the batch then.
    package func readStored() async throws -> FollowedBatch {
        let state = FollowedState(count: rows.count)
        try await readReopened(state)
        guard let first = try await firstResult() else { return state.withLock { $0.batch } }
        for try await message in results(from: first) {
            try take(message, state, isEarlier: true)
            if message.pending ?? 0 == 0 { break }
        }
        return state.withLock { $0.batch }
    }

    /// The sequence of the first result; nil if there is none yet.
    private func firstResult() async throws -> UInt64? {
        try await access.persistently {
            try await access.jetStream.message(in: QueueStream.results.name, next: subject.results, from: 1)
        }?.sequence
    }

    private func results(from sequence: UInt64) -> JetStreamMessages {
        access.jetStream.messages(in: QueueStream.results.name, filter: subject.results, from: sequence)
    }

    private func readResults(_ state: FollowedState) async throws -> End {
        let first = try await firstResult()
        var isCaughtUp = first == nil
        if isCaughtUp { try catchUp(state) }
        let messages = results(from: first ?? 1)
        if state.withLock({ $0.batch.isComplete }) { return .complete }
        for try await message in messages {
            try take(message, state, isEarlier: !isCaughtUp)
            if !isCaughtUp, message.pending ?? 0 == 0 {
                isCaughtUp = true
                try catchUp(state)
            }
            if isCaughtUp, state.withLock({ $0.batch.isComplete }) {
                // Rows may have been opened again that were complete a moment ago.
                try await readReopened(state)
                if state.withLock({ $0.batch.isComplete }) { return .complete }
            }
        }
        throw CancellationError()
    }

    private func catchUp(_ state: FollowedState) throws {
        let missing = state.withLock { $0.batch.count - $0.batch.endedCount }
        try state.inOrder { try receive(.caughtUp(missing: missing)) }
    }

    /// What is no result of one of the batch's rows is passed over: it is by somebody else.
    private func take(_ message: StoredMessage, _ state: FollowedState, isEarlier: Bool) throws {
        guard let result = QueuedResult(payload: message.payload), let index = rows.index(of: result.row) else {
            return
        }
        let line = try rows.line(index)
        guard message.subject == subject.result(line.token, generation: result.generation) else { return }
        let change = state.withLock { state in
            let change = state.batch.end(index, generation: result.generation)
            if change == .new { state.changes += 1 }
            return change
        }
        guard change == .new else { return }
        let time = Double(message.time) / 1e9
        try state.inOrder { try receive(.ended(line, result, time: time, isEarlier: isEarlier)) }
    }

    private func readReopened(_ state: FollowedState) async throws {
        let lists = try await reader.reopened(from: state.withLock { $0.lists } + 1)
        for list in lists {
            for row in list.rows {
                guard let index = rows.index(of: row.number) else { continue }
                if state.withLock({ $0.batch.open(index, generation: row.generation) }) {
                    let line = try rows.line(index)
                    try state.inOrder { try receive(.reopened(line)) }
                }
            }
        }
        state.withLock { $0.lists += lists.count }
    }

    // MARK: What nobody announces

    private func poll(_ state: FollowedState) async throws -> End {
        let elapsed = access.clock.stopwatch()
        var watch = MissingRows(patience: times.missing)
        var reports: UInt64 = 1
        // Rows that run when a batch is stopped end, and their results are to be seen: it must be still twice.
        var stillPolls = 0
        while true {
            try await access.clock.sleep(for: times.poll)
            try await readReopened(state)
            try await readReports(from: &reports)
            let consumer = try await access.persistently {
                try await access.jetStream.consumer(reader.name.text, of: QueueStream.rows.name)
            }
            if consumer == nil { try await BatchPublisher(access).makeConsumer(reader.name) }
            let running = consumer?.ackPending ?? 0
            try state.inOrder { try receive(.running(running)) }
            stillPolls = running == 0 ? stillPolls + 1 : 0
            if stillPolls > 1 {
                if try await reader.isCancelled() { return .cancelled }
                if let stop = try await reader.stop() { return .stopped(stop) }
            }
            let (changes, missing) = state.withLock { ($0.changes, $0.batch.count - $0.batch.endedCount) }
            let isIdle = consumer.map { $0.pending == 0 && $0.ackPending == 0 } ?? false
            if watch.isLost(isIdle: isIdle, missing: missing, changes: changes, at: elapsed()) {
                try await republish(state)
            }
        }
    }

    private func readReports(from sequence: inout UInt64) async throws {
        while let message = try await access.persistently({ [sequence] in
            try await access.jetStream.message(
                in: QueueStream.leases.name, next: subject.reports, from: sequence)
        }) {
            sequence = message.sequence + 1
            if let report = WorkerReport(payload: message.payload) { try receive(.report(report)) }
        }
    }

    private func republish(_ state: FollowedState) async throws {
        let (missing, batch) = state.withLock { ($0.batch.missing, $0.batch) }
        for start in stride(from: 0, to: missing.count, by: 1000) {
            try await reopener.handOut(
                missing[start..<min(start + 1000, missing.count)].map { (try rows.line($0), batch.generation($0)) })
        }
        try receive(.republished(missing.count))
    }

    private final class FollowedState: Sendable {
        private let state: Mutex<State>
        private let order = Mutex(())

        init(count: Int) { state = Mutex(State(batch: FollowedBatch(count: count))) }

        func withLock<Result>(_ body: (inout sending State) throws -> sending Result) rethrows -> sending Result {
            try state.withLock(body)
        }

        /// One event after the other.
        func inOrder(_ body: () throws -> Void) rethrows { try order.withLock { _ in try body() } }
    }
}
