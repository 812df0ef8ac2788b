import Hummingbird
package import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle
import SpeedPix
import SystemPackage

/// A local stand-in for the SpeedPix service: the same calls, checks and refusals, and workflows that really run.
public enum Gateway {
    /// How long transfers that are under way at the end may take before their connections are closed.
    private static let shutdownTimeout: Duration = .seconds(1)
    /// Clients keep connections for about a minute; a server that closes sooner would lose their requests.
    private static let idleTimeout: TimeAmount = .minutes(5)

    /// Runs a gateway for as long as `body` runs.
    ///
    /// It installs no signal handlers and prints nothing.
    ///
    /// - Parameters:
    ///   - workflows: What it offers on this machine; of two with the same id the last one counts.
    ///   - body: Called once the gateway listens. When it returns or throws, predictions that still run are cancelled,
    ///     and the gateway ends.
    /// - Throws: What `body` throws; ``SpeedPixError`` `configuration` if the port, the data directory or the application
    ///   key cannot be used;
    ///   `CancellationError` if the calling task is cancelled before the gateway listens. Cancelled later, `body` should
    ///   end, and the gateway does with it.
    package static func withRunning<Output>(
        _ configuration: GatewayConfiguration,
        workflows: [any LocalWorkflow],
        logger: Logger,
        isolation: isolated (any Actor)? = #isolation,
        body: (RunningGateway) async throws -> Output
    ) async throws -> Output {
        guard !configuration.hasConsole || configuration.appKey != Caller.console.appKey else {
            throw SpeedPixError(
                .configuration, "the application key \(Caller.console.appKey) is the gateway's own",
                remedy: "choose another name")
        }
        let storage: GatewayStorage
        do {
            storage = try await GatewayStorage.open(configuration)
        } catch let error as StorageError {
            // A gateway that is cancelled while it starts reports the cancellation, not an error of the disk.
            try Task.checkCancellation()
            throw SpeedPixError(
                .configuration, error.description,
                remedy: error.remedy ?? "name another folder, or make room in this one",
                cause: error)
        }
        do {
            let output = try await run(
                configuration, storage: storage, workflows: workflows, logger: logger, isolation: isolation, body: body)
            await storage.close()
            return output
        } catch {
            await storage.close()
            throw error
        }
    }

    private static func run<Output>(
        _ configuration: GatewayConfiguration, storage: GatewayStorage, workflows: [any LocalWorkflow], logger: Logger,
        isolation: isolated (any Actor)?, body: (RunningGateway) async throws -> Output
    ) async throws -> Output {
        let tls = try configuration.tls?.context()
        let (ports, listening) = AsyncStream<Int>.makeStream()
        let comfyUI = await comfyUI(configuration, storage: storage, logger: logger)
        let remote: (any Backend)? = if let given = configuration.comfyUI { given } else { comfyUI }
        let catalogue = catalogue(
            configuration, storage: storage, workflows: workflows, comfyUI: remote, logger: logger)
        let access = storage.consoleKey.map { ConsoleAccess(configuration, key: $0) }
        let parts = services(
            configuration, storage: storage, catalogue: catalogue, comfyUI: comfyUI, access: access, tls: tls,
            logger: logger, onPort: { listening.yield($0) })
        var group = ServiceGroupConfiguration(services: parts, logger: logger)
        group.maximumGracefulShutdownDuration = shutdownTimeout
        let services = ServiceGroup(configuration: group)
        // No child task, so that it is not cancelled with the caller: a server that is cancelled forgets the connections
        // it has accepted and not yet taken up, and NIO ends the process for each.
        let serving = Task {
            defer { listening.finish() }
            try await services.run()
        }
        guard let port = await ports.first(where: { _ in true }) else {
            await services.triggerGracefulShutdown()
            await comfyUI?.close()
            try await startFailed(serving, configuration)
        }
        let scheme = tls == nil ? "http" : "https"
        let host = configuration.host.contains(":") ? "[\(configuration.host)]" : configuration.host
        let own = "\(scheme)://\(host):\(port)"
        let local = "\(scheme)://\(localHost(configuration.host)):\(port)"
        // A certificate is for the name by which others know it.
        let here = tls == nil ? local : configuration.publicURL ?? own
        let running = RunningGateway(
            endpoint: configuration.publicURL ?? own, localEndpoint: here, port: port, appKey: configuration.appKey,
            refusal: storage.refusal, createCheck: CreateCheck(catalogue: catalogue), comfyUI: comfyUI?.servers,
            console: access?.link(at: configuration.publicURL ?? local))
        let result: Result<Output, any Error>
        do {
            result = .success(try await body(running))
        } catch {
            result = .failure(error)
        }
        await services.triggerGracefulShutdown()
        do {
            try await serving.value
        } catch {
            // The body has its result; how a connection was closed does not change it.
            logger.debug("ended by force", metadata: ["reason": "\(error)"])
        }
        await comfyUI?.close()
        return try result.get()
    }

    /// The address by which this machine reaches what listens on one.
    private static func localHost(_ host: String) -> String {
        switch host {
        case "0.0.0.0": "127.0.0.1"
        case "::": "[::1]"
        default: host.contains(":") ? "[\(host)]" : host
        }
    }

    private static func startFailed(
        _ serving: Task<Void, any Error>, _ configuration: GatewayConfiguration
    ) async throws -> Never {
        do {
            try await serving.value
            throw CancellationError()
        } catch let error as CancellationError {
            throw error
        } catch {
            try Task.checkCancellation()
            let reason = (error as? IOError).map { Errno(rawValue: $0.errnoCode).description } ?? "\(error)"
            throw SpeedPixError(
                .configuration, "could not listen on \(configuration.host):\(configuration.port): \(reason)",
                remedy: "choose another port, or 0 for any free one", cause: error)
        }
    }

    /// What runs published workflows from ComfyUI; nil without servers.
    private static func comfyUI(
        _ configuration: GatewayConfiguration, storage: GatewayStorage, logger: Logger
    ) async -> ComfyUIBackend? {
        guard let servers = configuration.comfyUIServers, !servers.servers.isEmpty else { return nil }
        let backend = await ComfyUIBackend.make(
            servers, database: storage.predictions, store: storage.files, clock: configuration.clock,
            now: configuration.now, logger: logger)
        await backend.start()
        return backend
    }

    /// What can be run, and what runs it.
    private static func catalogue(
        _ configuration: GatewayConfiguration, storage: GatewayStorage, workflows: [any LocalWorkflow],
        comfyUI: (any Backend)?, logger: Logger
    ) -> WorkflowCatalogue {
        let local = LocalBackend(
            workflows, clock: configuration.clock, searchPath: configuration.searchPath, logger: logger)
        return WorkflowCatalogue(
            [local],
            published: PublishedCatalogue(store: storage.workflows, local: local, comfyUI: comfyUI))
    }

    /// What runs, in the order in which it starts: the server is the first to end.
    private static func services(
        _ configuration: GatewayConfiguration, storage: GatewayStorage, catalogue: WorkflowCatalogue,
        comfyUI: ComfyUIBackend?, access: ConsoleAccess?, tls: NIOSSLContext?, logger: Logger,
        onPort: @escaping @Sendable (Int) -> Void
    ) -> [any Service] {
        let store = storage.files
        let urls = URLSigner(rootKey: storage.rootKey)
        let preparation = InputPreparation(store: store, urls: urls, fetching: configuration.fetching)
        let runner = PredictionRunner(
            store: store, fetcher: configuration.fetching.map { URLFetcher($0, clock: configuration.clock) },
            uniqueName: configuration.uniqueName, now: configuration.now, logger: logger)
        let persisted = storage.predictions.map {
            PersistedPredictions(
                database: $0, files: store, urls: urls, catalogue: catalogue, preparation: preparation)
        }
        let trials = WorkflowTrials()
        let onEnd: @Sendable (String) async -> Void = { id in
            await comfyUI?.ended(id)
            await trials.ended(id)
        }
        let queue = PredictionQueue(
            configuration, runner: runner, persisted: persisted, logger: logger, onEnd: onEnd
        ) { [workflows = storage.workflows] key in
            // The results of a try are the example of a published version.
            if !workflows.files.contains(key) { await store.remove(key) }
        }
        let sweep = StorageSweep(
            store, predictions: storage.predictions, workflows: storage.workflows, queue: queue,
            configuration: configuration, logger: logger)
        let keys = ApplicationKeys(
            appKey: configuration.appKey, secret: configuration.appSecret, file: storage.keys,
            clock: configuration.clock, logger: logger)
        let creation = PredictionCreation(
            store: store, catalogue: catalogue, preparation: preparation, queue: queue, sweep: sweep,
            random: configuration.random)
        let uploads = UploadSigning(store: store, urls: urls, sweep: sweep, configuration: configuration)
        let calls: [any ServiceCall] = [
            CreateCall(creation: creation),
            ProgressCall(queue: queue, urls: urls),
            ResultCall(queue: queue, urls: urls),
            CancelCall(queue: queue),
            SignUploadCall(uploads: uploads),
            GetFileCall(store: store, urls: urls),
            DeleteFileCall(store: store),
            WorkflowsCall(catalogue: catalogue),
        ]
        let administration = WorkflowAdministration(
            catalogue: catalogue, workflows: storage.workflows, store: store, urls: urls, preparation: preparation,
            queue: queue, keys: keys, configuration: configuration)
        var adminCalls: [any AdminCall] = [
            StatusCall(configuration: configuration, catalogue: catalogue, queue: queue, store: store, keys: keys)
        ]
        adminCalls += administration.calls
        adminCalls += ServerCalls(servers: comfyUI?.servers).calls
        let faults = configuration.showsFaults ? FaultLog(configuration.faults) : nil
        var console: Console?
        // With a console there is always a database.
        if let access, let database = storage.predictions {
            console =
                ConsoleParts(
                    administration: administration, database: database, creation: creation, uploads: uploads,
                    servers: comfyUI?.servers, files: ServerFileSigner(rootKey: storage.rootKey), trials: trials,
                    faults: faults, logger: logger
                ).console(access)
        }
        adminCalls += console?.calls ?? []
        let router = GatewayRouter.make(
            calls: calls, files: FileRoutes(store: store, urls: urls, keys: keys, configuration: configuration),
            previews: PreviewRoute(queue: queue, urls: urls, configuration: configuration),
            handler: SignedCallHandler(
                verifier: CallVerifier(keys: keys, nonces: storage.nonces), counter: CallCounter(),
                configuration: faults.map { configuration.noting(in: $0) } ?? configuration),
            admin: AdminRoutes(
                token: storage.adminToken, access: access, routes: adminCalls + (console?.routes ?? [])),
            console: console, logger: logger)
        let server = GatewayServer(
            responder: router.buildResponder(), configuration: configuration, tls: tls, idleTimeout: idleTimeout,
            logger: logger, onPort: onPort)
        var services: [any Service] = [queue]
        services += console?.services ?? []
        services.append(server)
        return services
    }
}
