/// A workflow that runs in this process.
package protocol LocalWorkflow: Workflow {
    /// Runs once.
    ///
    /// - Parameters:
    ///   - inputs: Checked against ``Workflow/inputs``, defaults filled in; an optional one that was not given is missing.
    ///   - task: Progress and a folder for temporary files.
    /// - Throws: Anything; a ``WorkflowFailure`` is shown to the user as it is. It must end soon when its task is
    ///   cancelled.
    func run(_ inputs: [String: WorkflowInputValue], _ task: WorkflowTask) async throws -> WorkflowResult
}
