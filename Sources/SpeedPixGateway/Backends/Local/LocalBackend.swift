import Logging

/// Runs workflows in this process: those that come with the gateway, those that its caller has added, and those that were
/// published as scripts.
struct LocalBackend: Backend {
    let name = "local"
    let workflows: [any Workflow]
    private let clock: any Clock<Duration>
    private let searchPath: String
    private let logger: Logger

    /// - Parameters:
    ///   - workflows: Of two with the same id the last one counts.
    ///   - clock: What workflows sleep on.
    ///   - searchPath: Where programs are looked for that workflows use if they are installed.
    init(_ workflows: [any LocalWorkflow], clock: any Clock<Duration>, searchPath: String, logger: Logger) {
        let last = Dictionary(workflows.map { ($0.id, $0) }, uniquingKeysWith: { _, last in last })
        self.workflows = Array(last.values)
        self.clock = clock
        self.searchPath = searchPath
        self.logger = logger
    }

    func run(_ job: BackendJob, progress: ReportedProgress) async throws -> WorkflowResult {
        guard let workflow = job.workflow as? any LocalWorkflow else {
            throw WorkflowFailure("the \(name) backend does not run the workflow \(job.workflow.id)")
        }
        let task = WorkflowTask(
            id: job.id, clock: clock, searchPath: searchPath, logger: logger, reported: progress, scratch: job.scratch)
        return try await workflow.run(job.inputs, task)
    }
}
