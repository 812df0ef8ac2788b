import Logging
import SpeedPix
import SpeedPixGateway

/// The gateway inside this process, for `--local`: nothing to sign up for, and nobody else can use it.
enum LocalGateway {
    /// What stands for it where an endpoint is asked for.
    static let name = "local"

    /// Runs `body` against a gateway on a free port with credentials that only this process knows.
    static func withClientConfiguration<Result>(
        _ context: CommandContext, _ body: (Configuration) async throws -> Result
    ) async throws -> Result {
        let secret = context.randomToken()
        var gateway = GatewayConfiguration(appKey: "local-\(context.randomToken())", appSecret: Secret(secret))
        gateway.now = context.now
        gateway.clock = context.clock
        let workflows = try await offered()
        return try await Gateway.withRunning(gateway, workflows: workflows, logger: .silent) { running in
            var configuration = try Configuration(
                appKey: gateway.appKey, appSecret: secret, endpoint: running.endpoint)
            // What it promises is no network.
            configuration.downloadHosts = .endpoint
            return try await body(configuration)
        }
    }

    /// What it offers, as completions name it.
    static let workflowNames = ["white-background", "text-to-image", "img2img", "image-to-video", "echo"]

    static func offered() async throws -> [any Workflow] {
        try await ScriptWorkflow.builtIn() + [EchoWorkflow()]
    }
}

extension KnownWorkflow {
    init(_ workflow: any Workflow) {
        self.init(id: workflow.id, inputs: workflow.inputs.map(\.name))
    }
}

extension Logger {
    /// Drops everything: the commands say themselves what a user should know.
    static let silent = Logger(label: "speedpix") { _ in SwiftLogNoOpLogHandler() }
}
