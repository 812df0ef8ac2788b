public import CoreMetrics
public import Logging
public import Tracing

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// The entry to the service: one configuration, used by any number of tasks at once.
///
/// ```swift
/// let client = SpeedPixClient(try SpeedPixClient.Configuration(environment: ProcessInfo.processInfo.environment))
/// let done = try await client.predictions.run("white-background", input: ["image": .string(file.url)])
/// ```
public struct SpeedPixClient: Sendable {
    /// Creating, following and finishing predictions.
    public let predictions: Predictions
    /// Uploads and downloads.
    public let files: Files
    /// What the client was made with; it does not change.
    public var configuration: SpeedPixClient.Configuration { predictions.caller.configuration }

    /// Sends nothing yet and needs no shutdown.
    ///
    /// - Parameters:
    ///   - middleware: Sees each request before it is signed, and each answer; the first is outermost.
    ///   - metrics: Where requests, retries and predictions are counted; `MetricsSystem.factory` for the program's own.
    ///     Nil for nowhere.
    ///   - tracer: Where creates, waits and each request have their spans; `InstrumentationSystem.tracer` for the program's
    ///     own. Nil for nowhere.
    ///   - logger: Without one, nothing is logged.
    public init(
        _ configuration: SpeedPixClient.Configuration,
        dependencies: ClientDependencies = ClientDependencies(),
        middleware: [any ClientMiddleware] = [],
        metrics: (any MetricsFactory)? = nil,
        tracer: (any Tracer)? = nil,
        logger: Logger = Logger(label: "speedpix", factory: { _ in SwiftLogNoOpLogHandler() })
    ) {
        let caller = ServiceCaller(
            configuration: configuration, dependencies: dependencies, middleware: middleware,
            metrics: metrics.map { ClientMetrics(factory: $0, clock: dependencies.clock) },
            tracing: tracer.map(ClientTracing.init), logger: logger)
        files = Files(caller: caller)
        predictions = Predictions(caller: caller, files: files)
    }

    /// A client with another caller, which remembers the same uploads.
    init(sharing client: SpeedPixClient, caller: ServiceCaller) {
        files = Files(caller: caller, cache: client.files.cache)
        predictions = Predictions(caller: caller, files: files)
    }

    /// Where its creates are written down.
    package var journal: any PredictionJournal { predictions.caller.dependencies.journal }

    /// The date, from the client's ``ClientDependencies``.
    package var now: @Sendable () -> Date { predictions.caller.dependencies.now }
}
