import NATS
import SpeedPix
import SpeedPixJournal
import SpeedPixQueue

/// What a worker that has ended without a word has paid for, and the rows' logs lack: it is in the journal of the worker, on this
/// machine.
struct WorkerRecovery {
    let store: JournalStore
    let access: QueueAccess
    /// Of the rows' logs.
    let settings: RowLogSettings
    /// Tells of what cannot be appended.
    let say: @Sendable (String) -> Void
    /// How many takes are read at once: of a million rows their creates do not fit into memory.
    private static let portion = 256
    /// So long before the last take's end, in seconds, NATS may have lost what it had confirmed, if its machine lost power.
    private static let doubtfulTime = 600.0

    /// Appends it to the logs. What a worker has that runs is left alone, and so are batches that this queue does not have: they are
    /// another one's. What cannot be appended stays for the next worker.
    ///
    /// - Returns: Of how many predictions the logs were asked.
    /// - Throws: ``SpeedPixError`` `journal_failed` if the worker's own journal cannot be read; `NATSError`; `CancellationError`.
    func run() async throws -> Int {
        var count = 0
        for run in try store.runs() where !run.hasSucceeded {
            guard let rows = run.description.rows, rows.hasPrefix(WorkerJournal.rowsPrefix),
                let batch = BatchName(String(rows.dropFirst(WorkerJournal.rowsPrefix.count))),
                // Locked by the worker whose it is.
                let journal = try? store.resumeBatch(run.number, run.description)
            else { continue }
            guard try await isInQueue(batch) else { continue }
            var isWhole = true
            var last: Int64 = 0
            let recently = try store.lastTakeEnd(of: run.number).map { $0 - Self.doubtfulTime }
            while true {
                let takes = try store.takesToCompare(
                    of: run.number, after: last, endedSince: recently, limit: Self.portion)
                guard let end = takes.last else { break }
                last = end
                var logged: [Int64] = []
                for take in takes {
                    if try await compare(take, batch, &count) { logged.append(take) } else { isWhole = false }
                }
                try await journal.noteLogged(takes: logged)
            }
            if isWhole { try await journal.end(succeeded: true) }
        }
        return count
    }

    /// - Returns: Whether the row's log has all that the take has created.
    private func compare(_ take: Int64, _ batch: BatchName, _ count: inout Int) async throws -> Bool {
        var isWhole = true
        for create in try store.creates(of: take) {
            try Task.checkCancellation()
            guard let prediction = create.prediction, let row = create.rowKey.flatMap(RowTake.init(text:))?.row,
                let place = create.position.flatMap(LocalPosition.init)
            else { continue }
            do {
                try await recover(create, place, prediction, batch, row)
                count += 1
            } catch let error as SpeedPixError {
                isWhole = false
                say("batch \(batch), row \(row): \(prediction.id) is not in the row's log yet: \(error.message)")
            }
        }
        return isWhole
    }

    private func isInQueue(_ batch: BatchName) async throws -> Bool {
        do {
            _ = try await BatchReader(batch, access).manifest()
            return true
        } catch let error as QueueError {
            return error.code != .notFound
        } catch let error as NATSError where error.code == .notFound {
            // It has no streams of batches at all.
            return false
        }
    }

    private func recover(
        _ create: RecordedCreate, _ place: LocalPosition, _ prediction: Prediction, _ batch: BatchName, _ row: String
    ) async throws {
        var settings = settings
        (settings.batch, settings.rowKey) = (batch.text, row)
        let store = JetStreamRowLogStore(access.jetStream, batch: batch.text, row: RowToken(key: row).text)
        let intent = LoggedIntent(
            create: place.create, position: place.position, digest: create.identity?.digest,
            inputs: create.identity?.inputs ?? [:], workflowID: create.workflowID, label: create.label,
            input: create.input)
        try await RowLog(store, settings).recover(intent, prediction)
    }
}
