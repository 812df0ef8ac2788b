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
            for create in try store.creates(of: run.number) {
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
            if isWhole { try await journal.end(succeeded: true) }
        }
        return count
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
            create: place.create, position: place.position, workflowID: create.workflowID, label: create.label,
            input: create.input)
        try await RowLog(store, settings).recover(intent, prediction)
    }
}
