import Logging

/// Runs workflows in this process: those that come with the gateway, and those that its caller has added.
struct LocalBackend: Backend {
    let name = "local"
    private let runnable: [String: any LocalWorkflow]
    private let clock: any Clock<Duration>
    private let searchPath: String
    private let logger: Logger

    /// - Parameters:
    ///   - workflows: Of two with the same id the last one counts.
    ///   - clock: What workflows sleep on.
    ///   - searchPath: Where programs are looked for that workflows use if they are installed.
    init(_ workflows: [any LocalWorkflow], clock: any Clock<Duration>, searchPath: String, logger: Logger) {
        runnable = Dictionary(workflows.map { ($0.id, $0) }, uniquingKeysWith: { _, last in last })
        self.clock = clock
        self.searchPath = searchPath
        self.logger = logger
    }

    var workflows: [any Workflow] { Array(runnable.values) }

    func run(_ job: BackendJob, progress: ReportedProgress) async throws -> WorkflowResult {
        guard let workflow = runnable[job.workflowID] else {
            throw WorkflowFailure("the \(name) backend does not have the workflow \(job.workflowID)")
        }
        let task = WorkflowTask(
            id: job.id, clock: clock, searchPath: searchPath, logger: logger, reported: progress, scratch: job.scratch)
        return try await workflow.run(job.inputs, task)
    }
}
