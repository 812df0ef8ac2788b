import Logging

/// What the console shows besides predictions: workflows from ComfyUI, its servers, runs, batches and faults. Each part has the
/// routes that the page uses.
struct ConsoleParts: Sendable {
    let administration: WorkflowAdministration
    /// Nil for a gateway without.
    let servers: ComfyUIServers?
    let files: ServerFileSigner
    let trials: WorkflowTrials
    /// Nil where faults are not shown.
    let faults: FaultLog?
    let logger: Logger

    var calls: [any AdminCall] {
        let configuration = administration.configuration
        let history = ServerHistory(
            servers: servers, workflows: administration.workflows, files: files, configuration: configuration)
        let publication = HistoryPublication(
            administration: administration, history: history, trials: trials, logger: logger)
        var calls: [any AdminCall] = [
            OpenAPICall(administration: administration), ServerHistoryCall(history: history),
            PlanHistoryCall(publication: publication), PublishHistoryCall(publication: publication),
        ]
        if let runs = configuration.runs {
            calls += [ListRunsCall(source: runs), ShowRunCall(source: runs), SettleRunCall(source: runs)]
        }
        if let batches = configuration.batches {
            calls += [ListBatchesCall(source: batches), ShowBatchCall(source: batches)]
        }
        if let faults { calls.append(FaultsCall(log: faults)) }
        return calls
    }

    /// What answers the URLs of servers' files; nil without servers.
    var serverFiles: ServerFileRoute? {
        servers.map { ServerFileRoute(servers: $0, files: files, configuration: administration.configuration) }
    }
}
