import Hummingbird
import SpeedPix

/// The console's routes of predictions, which are those of all application keys. What the console makes itself belongs to the
/// key of ``Caller/console``.
struct ConsolePredictions: Sendable {
    /// Bytes of a body that has no inputs in it at most.
    private static let largestBody = 64 << 10

    let queue: PredictionQueue
    let database: PredictionDatabase
    let catalogue: WorkflowCatalogue
    let store: ObjectStore
    let summaries: PredictionSummaries
    let creation: PredictionCreation
    let uploads: UploadSigning
    let configuration: GatewayConfiguration

    var urls: ConsoleURLs { summaries.urls }

    var calls: [any AdminCall] {
        [
            ListPredictionsCall(predictions: self), PredictionFiltersCall(predictions: self),
            ShowPredictionCall(predictions: self), CreatePredictionsCall(predictions: self),
            CancelPredictionCall(predictions: self), SetNotesCall(predictions: self),
            PredictionCodeCall(predictions: self), ConsoleUploadCall(predictions: self),
        ]
    }

    /// A prediction as lists have it.
    ///
    /// - Throws: ``Refusal`` `TaskNotFound`.
    func summary(of id: String) async throws -> JSONValue {
        guard let summary = await summaries.summaries(of: [id]).first else { throw PredictionQueue.notFound(id) }
        return summary
    }

    /// What a prediction has run; nil if that is gone.
    func workflow(of record: PredictionRecord) -> (any Workflow)? {
        if let own = catalogue.own(record.workflowID) { return own.workflow }
        guard let version = record.version, let published = catalogue.published else { return nil }
        // Whether there is a server for it is nothing to its inputs.
        return try? published.store.versions.versionInUse(record.workflowID, version).workflow
    }

    /// What went into a prediction, by the names of its inputs.
    func inputs(of record: PredictionRecord) async throws -> [String: KeptInput] {
        try await database.inputs(of: record.id)?.kept(by: workflow(of: record)) ?? [:]
    }

    /// The JSON object of a request that has no inputs in it.
    static func body(_ request: Request) async throws -> CallBody {
        try CallBody(try await SignedCallHandler.collect(request, limit: largestBody))
    }
}
