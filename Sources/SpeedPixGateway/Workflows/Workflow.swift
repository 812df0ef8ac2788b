/// Something the gateway can run: takes named inputs, gives named outputs.
package protocol Workflow: Sendable {
    /// What clients send as `workflow_id`.
    var id: String { get }
    /// One line for a person.
    var title: String { get }
    /// What it takes. Anything else is refused when the prediction is created.
    var inputs: [WorkflowInput] { get }
    /// How long a run takes, before any has been seen.
    var estimatedDuration: Duration { get }
    /// Whether a run keeps a core busy, and so counts against `computingWorkers`.
    var isComputing: Bool { get }

    /// Runs once.
    ///
    /// - Parameters:
    ///   - inputs: Checked against ``inputs``, defaults filled in; an optional one that was not given is missing.
    ///   - task: Progress and a folder for temporary files.
    /// - Throws: Anything; a ``WorkflowFailure`` is shown to the user as it is. It must end soon when its task is
    ///   cancelled.
    func run(_ inputs: [String: WorkflowInputValue], _ task: WorkflowTask) async throws -> WorkflowResult
}
