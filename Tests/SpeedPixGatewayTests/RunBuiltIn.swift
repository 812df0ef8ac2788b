import Logging
import SpeedPix
import Testing

@testable import SpeedPixGateway

/// Runs a built-in workflow against a gateway that has them all, and gives the prediction with the content of its first file.
func runBuiltIn(
    _ workflow: String, _ input: [String: InputValue], searchPath: String = ""
) async throws -> (Prediction, [UInt8]) {
    var configuration = GatewayConfiguration(appKey: "key", appSecret: Secret("secret"))
    configuration.searchPath = searchPath
    let workflows = try await BuiltInWorkflows.load()
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    return try await Gateway.withRunning(configuration, workflows: workflows, logger: logger) { running in
        let client = SpeedPixClient(
            try SpeedPixClient.Configuration(appKey: "key", appSecret: "secret", endpoint: running.endpoint))
        let done = try await client.run(workflow, input: input)
        let file = try #require(done.files.first)
        return (done, try await client.files.read(file.url))
    }
}
