import Logging
import SpeedPix
import SpeedPixGateway

/// A gateway in this process with known credentials, key `key` and secret `secret`: the service of commands under test.
enum TestService {
    /// - Parameter added: What it offers besides the built-in workflows.
    static func run(
        faults: String = #"{"rules": []}"#, adding added: [any LocalWorkflow] = [],
        body: @escaping @Sendable (_ endpoint: String) async throws -> Void
    ) async throws {
        var configuration = GatewayConfiguration(appKey: "key", appSecret: Secret("secret"))
        configuration.faults = try FaultFile.rules(Array(faults.utf8))
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let workflows = try await BuiltInWorkflows.load() + added
        try await Gateway.withRunning(configuration, workflows: workflows, logger: logger) { running in
            try await body(running.endpoint)
        }
    }

    /// What a command needs to use it.
    static func environment(_ endpoint: String) -> [String: String] {
        ["SPEEDPIX_ENDPOINT": endpoint, "SPEEDPIX_APP_KEY": "key", "SPEEDPIX_APP_SECRET": "secret"]
    }
}
