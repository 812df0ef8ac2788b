import NATS
import SpeedPix
package import SpeedPixBatch
import Synchronization

/// The rows of one batch in JetStream, as one worker gets them.
///
/// A row is handed out by a message, which says nothing about what was done: whether the row has a result, and who may pay for it,
/// is decided by the row's log alone. So a message that comes twice, or to two workers, does no harm.
package final class JetStreamRowQueue: RowQueue {
    /// What became of a row that a worker has run.
    package enum End: Sendable, Equatable {
        /// It has a result, which may be another worker's.
        case final(isOwn: Bool)
        /// It is tried once more, by any worker.
        case handedBack
        /// Another worker has it.
        case lost
    }

    private struct State {
        /// Those that this worker has.
        var held: [RowToken: HandedRow] = [:]
        /// Of those, the ones that ``next()`` has given out.
        var given: [Int: HandedRow] = [:]
        var isStopped = false
        /// How many calls wait for rows.
        var pulls = 0
        var isClosed = false
    }

    /// How long ``next()`` waits for a row before it asks again.
    package static let patience: Duration = .seconds(5)
    /// How often a row is tried at least whose worker could not write down what it pays for: it may be the worker's disk.
    private static let journalRetries = 2
    /// How often a row is handed out, for whatever reason, before it fails when its log cannot be read: another worker may see what this
    /// one does not.
    package static let unreadableDeliveries = 5

    package let batch: BatchName
    private let access: QueueAccess
    private let subject: QueueSubject
    private let retries: Int
    private let worker: String
    private let settings: RowLogSettings
    private let state = Mutex(State())

    /// - Parameters:
    ///   - retries: How often a row whose failure may pass is tried again.
    ///   - settings: Of the rows' logs; the row's key is set for each.
    package init(batch: BatchName, retries: Int, access: QueueAccess, settings: RowLogSettings) {
        self.batch = batch
        self.access = access
        self.retries = retries
        self.settings = settings
        worker = settings.worker
        subject = QueueSubject(batch)
    }

    // MARK: Taking

    /// Asks for rows.
    ///
    /// - Parameters:
    ///   - count: How many can begin now.
    ///   - expires: How long to wait for the first.
    /// - Returns: Perhaps none.
    /// - Throws: `NATSError`: `.notFound` if the batch has no consumer, `.disconnected`, `.timeout`; `CancellationError`.
    package func pull(count: Int, expires: Duration) async throws -> [HandedRow] {
        let isOpen = state.withLock { state in
            if !state.isClosed { state.pulls += 1 }
            return !state.isClosed
        }
        guard isOpen else { return [] }
        // After the rows that came are among those that this worker has.
        defer { state.withLock { $0.pulls -= 1 } }
        var rows: [HandedRow] = []
        for pulled in try await access.jetStream.pull(
            QueueStream.rows.name, batch.text, count: count, expires: expires)
        {
            guard let message = RowMessage(payload: pulled.message.payload) else {
                // No worker will ever be able to read it.
                try? await pulled.terminate()
                continue
            }
            let token = message.token
            var settings = settings
            settings.rowKey = message.key
            let store = JetStreamRowLogStore(access.jetStream, batch: batch.text, row: token.text)
            let row = HandedRow(message, token, pulled, log: RowLog(store, settings))
            let isNew = state.withLock { state in
                // It was handed out again while this worker has it, since a sign of progress was lost.
                guard state.held[token] == nil else { return false }
                state.held[token] = row
                return true
            }
            if isNew { rows.append(row) }
        }
        return rows
    }

    /// No row is pulled any more, unless this worker has rows, or waits for some.
    ///
    /// - Returns: Whether that is so now.
    package func closeIfIdle() -> Bool {
        state.withLock { state in
            if state.held.isEmpty, state.pulls == 0 { state.isClosed = true }
            return state.isClosed
        }
    }

    /// Takes a row, unless it has a result, which is then seen to be among the results.
    ///
    /// - Returns: Nil if there is nothing to do.
    /// - Throws: ``SpeedPixError`` `journal_failed`, or `row_log_unreadable` of a row that was not yet handed out
    ///   ``unreadableDeliveries`` times: the row is to be handed back.
    package func begin(_ row: HandedRow) async throws -> QueuedRow? {
        let taking: RowLog.Taking
        do {
            taking = try await row.log.take(generation: row.message.generation)
        } catch let error as SpeedPixError
            where error.code == .rowLogUnreadable && row.deliveries >= Self.unreadableDeliveries
        {
            await fail(row, error)
            return nil
        }
        switch taking {
        case .taken:
            return QueuedRow(row: row.message.row, tries: row.log.state.failedTries + 1)
        case .takenTooOften:
            let takes = row.log.settings.mostTakes
            let failure = RowResult.Failure(
                code: "worker_lost",
                message:
                    "\(takes) workers in a row have vanished while they had it: what does it need that they do not have?"
            )
            let result = QueuedResult(
                row: row.message.number, generation: row.message.generation, worker: worker, tries: takes,
                result: RowResult(
                    .failed, failure: failure, predictions: row.log.state.creates.flatMap(\.predictionIDs)))
            _ = try await finish(row, result)
        case .ended(let result): await publish(result, of: row)
        }
        return nil
    }

    /// A row whose log cannot be read fails. That stands in the results alone: nothing can be added to such a log.
    private func fail(_ row: HandedRow, _ error: SpeedPixError) async {
        let failure = RowResult.Failure(
            code: error.code.rawValue,
            message:
                "\(error.message), so that nothing more is paid for it; the console and the journals of the workers"
                + " (speedpix jobs list) have what it has paid for; to pay anew, do the row in a batch of another --name"
        )
        let result = QueuedResult(
            row: row.message.number, generation: row.message.generation, worker: worker, tries: row.deliveries,
            result: RowResult(
                .failed, failure: failure, predictions: row.log.state.creates.flatMap(\.predictionIDs)))
        await publish(result.json, of: row)
    }

    // MARK: Ending

    /// Ends a try of a row: it has a result, or is handed out once more if its failure may pass.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed`: the row is to be handed back.
    package func finish(_ row: HandedRow, _ result: QueuedResult) async throws -> End {
        if let failure = result.result.failure, isTriedAgain(row, result.result) {
            await handBack(row, reason: failure.code, hasFailed: true)
            return .handedBack
        }
        let ending: RowLog.Ending
        do {
            ending = try await row.log.finish(result.json)
        } catch let error as SpeedPixError where error.code == .rowLost {
            forget(row)
            return .lost
        } catch let error as SpeedPixError where error.code == .invalidArgument {
            // Too large for the log.
            var smaller = result
            smaller.result = RowResult(
                .failed, failure: RowResult.Failure(code: error.code.rawValue, message: error.message),
                predictions: Array(result.result.predictions.prefix(100)), duration: result.result.duration)
            ending = try await row.log.finish(smaller.json)
        }
        await publish(ending.result, of: row)
        return .final(isOwn: ending.isOwn)
    }

    private func isTriedAgain(_ row: HandedRow, _ result: RowResult) -> Bool {
        guard result.state == .failed, let failure = result.failure else { return false }
        let failed = row.log.state.failedTries
        if failure.code == SpeedPixError.Code.journalFailed.rawValue {
            return failed < max(retries, Self.journalRetries)
        }
        return failure.isRetryable && failed < retries
    }

    /// Writes a result of the log to the results. If that cannot be done, somebody else does it, whom the row is handed to.
    private func publish(_ result: JSONValue, of row: HandedRow) async {
        do {
            let payload = try result.encoded()
            let subject = subject.result(row.token, generation: row.message.generation)
            _ = try await access.persistently {
                try await access.jetStream.publish(subject, payload, ifAbsent: true)
            }
        } catch {
            try? await row.pulled.negativeAck(delay: HandBackDelay.after(deliveries: row.deliveries))
            forget(row)
            return
        }
        await acknowledge(row)
    }

    private func acknowledge(_ row: HandedRow) async {
        // A message whose acknowledgement is lost comes once more, and then its row has ended.
        try? await row.pulled.ack()
        forget(row)
    }

    /// Gives a row back, to be done later and by anybody.
    ///
    /// - Parameter hasFailed: Whether it was tried, and is one try nearer to its last.
    package func handBack(_ row: HandedRow, reason: String, hasFailed: Bool = false) async {
        let reason = hasFailed ? RowLogState.failure(reason) : reason
        // Without it the next worker takes the row all the same.
        if row.log.take != nil { try? await row.log.release(reason: reason) }
        try? await row.pulled.negativeAck(delay: HandBackDelay.after(deliveries: row.deliveries))
        forget(row)
    }

    private func forget(_ row: HandedRow) {
        state.withLock { state in
            if state.held[row.token] === row { state.held[row.token] = nil }
        }
    }

    // MARK: In progress

    /// How many rows this worker has.
    package var heldCount: Int { state.withLock { $0.held.count } }

    /// Says of each row that this worker has that it is in progress. To be called each
    /// ``QueueTimes/progress``.
    package func noteProgress() async {
        let rows = state.withLock { Array($0.held.values) }
        for row in rows where !row.isLost { try? await row.pulled.inProgress() }
    }

    // MARK: One after the other

    /// No row is handed out from now on.
    package func stop() { state.withLock { $0.isStopped = true } }

    /// - Throws: As ``pull(count:expires:)`` and ``begin(_:)``; `CancellationError`.
    package func next() async throws -> QueuedRow? {
        while !state.withLock({ $0.isStopped }) {
            for row in try await pull(count: 1, expires: Self.patience) {
                do {
                    guard let queued = try await begin(row) else { continue }
                    state.withLock { $0.given[queued.row.number] = row }
                    return queued
                } catch {
                    await handBack(row, reason: "\(error)")
                    throw error
                }
            }
        }
        return nil
    }

    /// - Returns: Also true for a row of which another worker has made the result.
    /// - Throws: As ``finish(_:_:)-(HandedRow,_)``.
    package func finish(_ row: QueuedRow, _ result: RowResult) async throws -> Bool {
        guard let handed = state.withLock({ $0.given.removeValue(forKey: row.row.number) }) else { return false }
        let queued = QueuedResult(
            row: row.row.number, generation: handed.message.generation, worker: worker, tries: row.tries,
            result: result)
        if case .final = try await finish(handed, queued) { return true }
        return false
    }
}
