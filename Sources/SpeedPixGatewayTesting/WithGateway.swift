import Logging
public import SpeedPix
import SpeedPixGateway

/// Runs a local gateway in this process for as long as `body` runs, and gives `body` a client for it.
///
/// The gateway is the service's own protocol over HTTP, with workflows that compute: `text-to-image`, `white-background`,
/// `img2img` and `image-to-video` make real pictures, and `echo` gives back what it gets. It listens on a free port of the
/// loopback interface; its files lie in a temporary folder, and nothing of it is left behind.
///
/// ```swift
/// try await withGateway { client in
///     let done = try await client.run("text-to-image", input: ["prompt": "a red kettle", "width": 64, "height": 64])
///     let png = try await client.files.read(done.files[0].url)
/// }
/// ```
///
/// What takes the service's address from its environment finds it in the client's ``SpeedPixClient/configuration``.
///
/// - Parameters:
///   - workflows: More workflows, as Lua scripts by their ids. A script returns a table with `inputs` and `run`, as those of
///     the gateway do (`Sources/SpeedPixGateway/Backends/Local/Scripts`), and `image` is what pictures are made with.
///   - faults: What goes wrong on purpose, as JSON; `docs/faults.md` lists it. By default nothing does.
///   - dependencies: What the client uses; by default the system's clocks.
///   - body: Called once the gateway listens. When it returns or throws, predictions that still run are canceled.
/// - Returns: What `body` returns.
/// - Throws: What `body` throws; ``SpeedPixError`` `invalid_argument` for a script that is not a workflow and for faults that are
///   not understood, `configuration` if nothing can listen; `CancellationError`.
public func withGateway<Output>(
    workflows: [String: String] = [:], faults: String? = nil, dependencies: ClientDependencies = ClientDependencies(),
    isolation: isolated (any Actor)? = #isolation, body: (SpeedPixClient) async throws -> Output
) async throws -> Output {
    let secret = "gateway-test-secret"
    var configuration = GatewayConfiguration(appKey: "gateway-test-key", appSecret: Secret(secret))
    if let faults {
        do {
            configuration.faults = try FaultFile.rules(Array(faults.utf8))
        } catch {
            throw SpeedPixError(.invalidArgument, "the faults are not understood: \(error)", cause: error)
        }
    }
    var offered = try await BuiltInWorkflows.load()
    for (id, source) in workflows.sorted(by: { $0.key < $1.key }) {
        do {
            offered.append(try await ScriptWorkflow(id: id, source: Array(source.utf8)))
        } catch {
            throw SpeedPixError(.invalidArgument, "the script of the workflow \(id) is none: \(error)", cause: error)
        }
    }
    var own = dependencies
    // What one gateway throttles is not a limit of another's.
    own.pollRates = PollRateMemory()
    let silent = Logger(label: "speedpix-gateway", factory: { _ in SwiftLogNoOpLogHandler() })
    return try await Gateway.withRunning(configuration, workflows: offered, logger: silent) { running in
        try await body(
            SpeedPixClient(
                try SpeedPixClient.Configuration(
                    appKey: running.appKey, appSecret: secret, endpoint: running.endpoint),
                dependencies: own))
    }
}
