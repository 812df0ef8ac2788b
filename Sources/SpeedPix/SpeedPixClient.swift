public import Logging

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

/// The entry to the service: one configuration, used by any number of tasks at once.
///
/// ```swift
/// let client = SpeedPixClient(try Configuration(environment: ProcessInfo.processInfo.environment))
/// let done = try await client.predictions.run("white-background", input: ["image": .string(file.url)])
/// ```
public struct SpeedPixClient: Sendable {
    /// Creating, following and finishing predictions.
    public let predictions: Predictions
    /// Uploads and downloads.
    public let files: Files
    /// What the client was made with; it does not change.
    public let configuration: Configuration

    /// Sends nothing yet and needs no shutdown. Without a `logger`, nothing is logged.
    public init(
        _ configuration: Configuration,
        dependencies: ClientDependencies = ClientDependencies(),
        logger: Logger = Logger(label: "speedpix", factory: { _ in SwiftLogNoOpLogHandler() })
    ) {
        self.configuration = configuration
        let caller = ServiceCaller(configuration: configuration, dependencies: dependencies, logger: logger)
        predictions = Predictions(caller: caller)
        files = Files(caller: caller)
        now = dependencies.now
    }

    /// The date, as the client was told to take it.
    package let now: @Sendable () -> Date
}
