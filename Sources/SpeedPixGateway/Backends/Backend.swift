/// Runs predictions of the workflows that it offers: on this machine, or by asking a server.
///
/// ``PredictionQueue`` decides when a prediction begins and keeps its status and its result; ``PredictionRunner`` hands the
/// backend its inputs and stores its outputs. Each backend has a folder beside this file and is listed in
/// `Gateway.catalogue(…)`.
protocol Backend: Sendable {
    /// As log lines and messages name it.
    var name: String { get }
    /// What it can run. Of two backends with a workflow of the same id, the one listed last gets its predictions.
    var workflows: [any Workflow] { get }

    /// Runs a prediction to its end.
    ///
    /// The calling task is cancelled when the prediction is canceled or the gateway shuts down; the run must end soon then.
    /// A gateway that keeps predictions calls this again, with the same ``BackendJob/id``, for one that an earlier gateway has
    /// not ended.
    ///
    /// - Parameter progress: Takes how far the run is, from any thread.
    /// - Throws: ``WorkflowFailure``, whose message the user gets as the reason; ``WorkflowCanceled`` if somebody has stopped
    ///   it where it ran; `CancellationError`. Any other error is logged and fails the prediction, too.
    func run(_ job: BackendJob, progress: ReportedProgress) async throws -> WorkflowResult

    /// Refuses a prediction before it is created that could never run.
    ///
    /// - Throws: ``Refusal``.
    func check(_ workflow: any Workflow, inputs: [String: PreparedInput]) async throws

    /// Whether ``run(_:progress:)`` may find a run that an earlier gateway has begun. Its inputs that are elsewhere are fetched
    /// only if they are needed once more: their URLs may have expired since.
    ///
    /// - Throws: ``StorageError``.
    func isUnderWay(_ id: String) async throws -> Bool

    /// Takes note that the end of a prediction is kept as safely as predictions are: what it takes to find its run again may go.
    func ended(_ id: String) async
}

extension Backend {
    func check(_ workflow: any Workflow, inputs: [String: PreparedInput]) async throws {}
    func isUnderWay(_ id: String) async throws -> Bool { false }
    func ended(_ id: String) async {}
}

/// One prediction, as a backend gets it.
struct BackendJob: Sendable {
    /// The prediction's id, the same in every gateway that runs it: a backend whose runs outlive the gateway finds by it the
    /// run that is under way.
    let id: String
    /// What runs: one of ``Backend/workflows``, or a version that was published for this backend.
    let workflow: any Workflow
    /// Checked against the workflow's inputs, defaults filled in. Files are on this machine. Those of ``remoteInputs`` are not
    /// among them.
    let inputs: [String: WorkflowInputValue]
    /// The seeds that were drawn for the prediction, with those of fields that are no inputs. The same each time.
    let seeds: [SeedValue]
    /// A folder for temporary files, removed after the run. Output files in it are moved, not copied.
    let scratch: ScratchDirectory
    /// What has not been fetched, since the run may be under way; nil if everything is here.
    var remoteInputs: RemoteInputs?

    /// All inputs, those that are elsewhere too, which are fetched now if they were not yet.
    ///
    /// - Throws: As ``RemoteInputs/values()``.
    func allInputs() async throws -> [String: WorkflowInputValue] {
        guard let remoteInputs else { return inputs }
        return inputs.merging(try await remoteInputs.values()) { $1 }
    }
}
