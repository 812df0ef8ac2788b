// What an earlier gateway on the same folder has not ended.
extension PredictionQueue {
    /// Goes on with everything that an earlier gateway has not ended.
    func resume() async {
        guard configuration.resumesAtStart, let persisted else { return }
        do {
            for id in try await persisted.database.unfinished() where !has(id) { await resume(id, persisted.database) }
        } catch {
            logger.error("predictions could not be begun again", metadata: ["error": "\(error)"])
        }
    }

    private func resume(_ id: String, _ database: PredictionDatabase) async {
        do {
            guard case .unfinished(let prediction) = try await database.find(id) else { return }
            _ = try await resume(prediction)
        } catch {
            // A later request for it reports the error, or resumes it if that works by then.
            logger.error("a prediction could not be begun again", metadata: ["error": "\(error)"])
        }
    }

    /// Queues a prediction of an earlier gateway, where it was among those.
    ///
    /// - Returns: Nil without a database.
    /// - Throws: ``StorageError``: it may be begun again later.
    func resume(_ prediction: UnfinishedPrediction) async throws -> PredictionRecord? {
        guard let persisted else { return nil }
        let restored: Result<(offered: OfferedWorkflow, inputs: [String: PreparedInput]), Refusal>
        do {
            restored = .success(try await persisted.restored(prediction, now: configuration.now()))
        } catch let refusal as Refusal {
            restored = .failure(refusal)
        }
        // Another call may have queued it meanwhile.
        if let record = records[prediction.id] { return record }
        unfinishedBytes += prediction.footprint
        switch restored {
        case .success(let (offered, inputs)):
            let job = Job(
                id: prediction.id, owner: prediction.owner, offered: offered, inputs: inputs, seeds: prediction.seeds,
                number: prediction.number, created: prediction.created, notes: prediction.notes)
            return queue(job, footprint: prediction.footprint)
        case .failure(let refusal):
            // Where it ran is not known any more: what it has left on another machine has to be cleared away.
            var record = PredictionRecord(
                id: prediction.id, owner: prediction.owner, workflowID: prediction.workflowID, pool: .remote,
                estimate: .zero, footprint: prediction.footprint, number: prediction.number)
            record.version = prediction.version
            record.created = prediction.created
            record.notes = prediction.notes
            record.status = .failed
            record.failure =
                "the gateway ended before it was done, and it cannot be begun again: \(refusal.message)"
            conclude(&record)
            await ends[prediction.id]?.value
            return record
        }
    }
}
