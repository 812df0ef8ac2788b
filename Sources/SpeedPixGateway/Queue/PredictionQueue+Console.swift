import SpeedPix

/// A prediction as the queue has it in memory.
struct QueuedPrediction: Sendable {
    let record: PredictionRecord
    /// How many begin before it, if it waits.
    let ahead: Int
}

// What the console shows of predictions, and notes of them.
extension PredictionQueue {
    /// Those of some predictions that are in memory, by their ids. An end is waited for until it is in the database.
    func queued(_ ids: [String]) async -> [String: QueuedPrediction] {
        var found: [String: QueuedPrediction] = [:]
        for id in ids {
            await ends[id]?.value
            found[id] = queued(id)
        }
        return found
    }

    /// Those that run. Those that wait for their turn on another machine are none of them.
    var running: [QueuedPrediction] {
        runs.keys.compactMap { queued($0) }.filter { $0.record.shownStatus == .running }
    }

    private func queued(_ id: String) -> QueuedPrediction? {
        guard let record = records[id] else { return nil }
        let elsewhere = record.progress.current.ahead ?? 0
        return QueuedPrediction(record: record, ahead: remaining(before: record) + elsewhere)
    }

    /// How any prediction stands. One of an earlier gateway that has not ended stays as it is: nobody has asked for it by this.
    ///
    /// - Throws: ``Refusal`` `TaskNotFound`; ``StorageError``.
    func shown(_ id: String) async throws -> PredictionRecord {
        await ends[id]?.value
        if let record = records[id] { return record }
        switch try await persisted?.database.find(id) {
        case .ended(let record)?: return try await persisted?.checked(record) ?? record
        // It may have begun meanwhile.
        case .unfinished(let prediction)?: return records[id] ?? PredictionRecord(waiting: prediction)
        case nil: throw Self.notFound(id)
        }
    }

    /// Notes something of a prediction.
    ///
    /// - Throws: ``Refusal`` `TaskNotFound`; ``StorageError``.
    func setNotes(_ change: PredictionNotesChange, of id: String) async throws {
        let earlier = lastNotes
        let own = Task<Void, any Error> {
            // One after the other: two that were written in one order may be told of in the other.
            _ = await earlier?.result
            guard let notes = try await persisted?.database.setNotes(change, of: id) else { throw Self.notFound(id) }
            records[id]?.notes = notes
            notices.tell(.changed(id))
        }
        lastNotes = own
        try await own.value
    }
}

extension PredictionRecord {
    /// One that no gateway has begun again yet.
    init(waiting prediction: UnfinishedPrediction) {
        self.init(
            id: prediction.id, owner: prediction.owner, workflowID: prediction.workflowID, version: prediction.version,
            pool: .light, estimate: .zero, footprint: 0, number: prediction.number, created: prediction.created,
            notes: prediction.notes)
    }
}
