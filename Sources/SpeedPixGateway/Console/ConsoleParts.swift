import Logging
import SpeedPix

/// The gateway's parts that the console shows and changes, and the ``Console`` that is made of them.
struct ConsoleParts: Sendable {
    let administration: WorkflowAdministration
    let database: PredictionDatabase
    let creation: PredictionCreation
    let uploads: UploadSigning
    /// Nil for a gateway without.
    let servers: ComfyUIServers?
    let files: ServerFileSigner
    let trials: WorkflowTrials
    /// Nil where faults are not shown.
    let faults: FaultLog?
    let logger: Logger

    private var configuration: GatewayConfiguration { administration.configuration }
    private var queue: PredictionQueue { administration.queue }
    private var urls: URLSigner { administration.urls }

    /// Makes the console, which is told of changes from then on.
    func console(_ access: ConsoleAccess) -> Console {
        let summaries = PredictionSummaries(
            queue: queue, database: database,
            urls: ConsoleURLs(signer: urls, now: configuration.now, thumbnailURL: ThumbnailRoute.url(signedBy: urls)))
        let thumbnails = Thumbnails(store: administration.store, configuration: configuration, logger: logger)
        var calls: [any AdminCall] = [NewCodeCall(access: access, configuration: configuration)]
        calls += predictions(summaries).calls
        calls += workflowCalls
        calls += sourceCalls
        return Console(
            access: access, calls: calls, routes: [EventsRoute(feed: feed(summaries))],
            thumbnails: ThumbnailRoute(thumbnails: thumbnails, urls: urls, configuration: configuration),
            serverFiles: servers.map { ServerFileRoute(servers: $0, files: files, configuration: configuration) })
    }

    private func predictions(_ summaries: PredictionSummaries) -> ConsolePredictions {
        ConsolePredictions(
            queue: queue, database: database, catalogue: administration.catalogue, store: administration.store,
            summaries: summaries, creation: creation, uploads: uploads, configuration: configuration)
    }

    /// Workflows as programs call them, and those that are published of what a server has run.
    private var workflowCalls: [any AdminCall] {
        let history = ServerHistory(
            servers: servers, workflows: administration.workflows, files: files, configuration: configuration)
        let publication = HistoryPublication(
            administration: administration, history: history, trials: trials, logger: logger)
        return [
            OpenAPICall(administration: administration), ServerHistoryCall(history: history),
            PlanHistoryCall(publication: publication), PublishHistoryCall(publication: publication),
        ]
    }

    /// What there is only with a source of it: runs, batches and faults.
    private var sourceCalls: [any AdminCall] {
        var calls: [any AdminCall] = []
        if let runs = configuration.runs {
            calls += [ListRunsCall(source: runs), ShowRunCall(source: runs), SettleRunCall(source: runs)]
        }
        if let batches = configuration.batches {
            calls += [ListBatchesCall(source: batches), ShowBatchCall(source: batches)]
        }
        if let faults { calls.append(FaultsCall(log: faults)) }
        return calls
    }

    /// What tells open pages of changes. It lasts as long as its route.
    private func feed(_ summaries: PredictionSummaries) -> ConsoleFeed {
        let feed = ConsoleFeed(
            hello: [
                "version": .string(SpeedPixVersion.current), "start": .string(configuration.uniqueName()),
                "runs": .bool(configuration.runs != nil), "batches": .bool(configuration.batches != nil),
                "faults": .bool(configuration.showsFaults), "servers": .bool(servers != nil),
            ],
            clock: configuration.clock, load: { [queue] in await queue.load },
            summaries: { await summaries.summaries(of: $0) })
        queue.notices.listen { [weak feed] in feed?.note($0) }
        administration.workflows.notices.listen { [weak feed] _ in feed?.note(.workflows) }
        servers?.notices.listen { [weak feed] _ in feed?.note(.servers) }
        return feed
    }
}
