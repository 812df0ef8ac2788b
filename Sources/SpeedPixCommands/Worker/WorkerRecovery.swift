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

    /// Appends it to the logs. What a worker has that runs is left alone.
    ///
    /// - Returns: Of how many predictions the logs were asked.
    /// - Throws: ``SpeedPixError`` `journal_failed`; `CancellationError`.
    func run() async throws -> Int {
        var count = 0
        for run in try store.runs() where !run.hasSucceeded {
            guard let rows = run.description.rows, rows.hasPrefix(WorkerJournal.rowsPrefix),
                let batch = BatchName(String(rows.dropFirst(WorkerJournal.rowsPrefix.count))),
                // Locked by the worker whose it is.
                let journal = try? store.resumeBatch(run.number, run.description)
            else { continue }
            for create in try store.creates(of: run.number) {
                try Task.checkCancellation()
                guard let prediction = create.prediction, let row = create.rowKey.flatMap(RowTake.init(text:))?.row,
                    let place = create.position.flatMap(LocalPosition.init)
                else { continue }
                try await recover(create, place, prediction, batch, row)
                count += 1
            }
            try await journal.end(succeeded: true)
        }
        return count
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
