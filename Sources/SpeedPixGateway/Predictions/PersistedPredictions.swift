import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What a queue needs to answer for predictions of a gateway before it, and to go on with them.
struct PersistedPredictions: Sendable {
    let database: PredictionDatabase
    let files: ObjectStore
    let urls: URLSigner
    let catalogue: WorkflowCatalogue
    let preparation: InputPreparation

    /// What it takes to begin a prediction again.
    ///
    /// - Throws: ``Refusal`` if its workflow or a file of it is gone; ``StorageError``.
    func restored(
        _ prediction: UnfinishedPrediction, now: Date
    ) async throws -> (offered: OfferedWorkflow, inputs: [String: PreparedInput]) {
        let offered = try catalogue.workflow(prediction.workflowID, inUse: prediction.version)
        let given = prediction.inputs.given(
            to: offered.workflow, signedBy: urls, expires: Int64(now.timeIntervalSince1970) + 60)
        return (offered, try await preparation.prepare(given, for: offered.workflow, now: now))
    }

    /// A prediction that has ended, with files that are as long as they were: a result's bytes need not have reached the
    /// disk before the power failed.
    ///
    /// - Throws: ``StorageError``.
    func checked(_ record: PredictionRecord) async throws -> PredictionRecord {
        for file in record.outputs.storedFiles {
            guard let facts = try await files.facts(of: file.key), facts.size != file.size else { continue }
            var damaged = record
            damaged.status = .failed
            damaged.outputs = [:]
            damaged.failure =
                "its result \(file.filename) is damaged: \(facts.size) of \(file.size) bytes are there; run it again"
            return damaged
        }
        return record
    }
}
