import Foundation
import Logging
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixCommands
@testable import SpeedPixGateway

@Suite("The gateway that commands find by themselves", .timeLimit(.minutes(1)))
struct ServedGatewayTests {
    /// A gateway on the folder that `serve` has if none is named.
    private static func run(
        givesCredentials: Bool, _ body: @escaping @Sendable (TestFolder, RunningGateway) async throws -> Void
    ) async throws {
        let folder = try TestFolder()
        let directory = "\(folder.path)/state/gateway"
        var configuration = GatewayConfiguration(appKey: "local", appSecret: Secret("made-up-secret"))
        configuration.dataDirectory = directory
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        try await Gateway.withRunning(configuration, workflows: [EchoWorkflow()], logger: logger) { running in
            try GatewayAccess(directory: directory).write(
                endpoint: running.localEndpoint,
                credentials: givesCredentials ? ("local", Secret("made-up-secret")) : nil)
            try await body(folder, running)
        }
    }

    private static func echo(
        _ script: String = #"print(run("echo", { text = "found" }).text)"#, in folder: TestFolder,
        environment: [String: String] = [:], options: [String] = []
    ) async throws -> CommandRun {
        try folder.write(script, to: "echo.lua")
        return await CommandRun(
            ["run", "echo.lua", "-q"] + options, in: folder,
            environment: environment.merging(["SPEEDPIX_STATE": "\(folder.path)/state"]) { $1 })
    }

    @Test("ServedGateway: run uses the gateway of serve where nothing says which service is meant, and says so")
    func found() async throws {
        try await Self.run(givesCredentials: true) { folder, running in
            let run = try await Self.echo(in: folder)
            #expect(run.status == .success && run.output == "found\n", "\(run.errors)")
            #expect(run.errors.contains("using the gateway at \(running.localEndpoint)"), "\(run.errors)")
        }
    }

    @Test(
        "ServedGateway: run does not use it where a variable names an account, and not where its secret was given to it"
    )
    func notMeant() async throws {
        try await Self.run(givesCredentials: true) { folder, _ in
            let run = try await Self.echo(in: folder, environment: ["SPEEDPIX_APP_KEY": "key"])
            #expect(run.status == .configuration, "\(run.errors)")
        }
        try await Self.run(givesCredentials: false) { folder, _ in
            let run = try await Self.echo(in: folder)
            #expect(run.status == .configuration && run.errors.contains("speedpix serve"), "\(run.errors)")
        }
    }

    @Test("ServedGateway: eval and types use it, too")
    func others() async throws {
        try await Self.run(givesCredentials: true) { folder, _ in
            let environment = ["SPEEDPIX_STATE": "\(folder.path)/state"]
            let line = await CommandRun(
                ["eval", #"run("echo", { text = "found" }).text"#], in: folder, environment: environment)
            #expect(line.status == .success && line.output == "found\n", "\(line.errors)")
            let types = await CommandRun(["types"], in: folder, environment: environment)
            #expect(types.status == .success && types.output.contains("workflows.lua"), "\(types.errors)")
        }
    }

    @Test("ServedGateway: a gateway that has ended is not used, even if its files are still there")
    func ended() async throws {
        let folder = try TestFolder()
        let directory = "\(folder.path)/state/gateway"
        try folder.write("", to: "state/gateway/speedpix-gateway/lock")
        try GatewayAccess(directory: directory).write(
            endpoint: "http://127.0.0.1:9", credentials: ("local", Secret("made-up-secret")))
        let run = try await Self.echo(in: folder)
        #expect(run.status == .configuration, "\(run.errors)")
    }

    @Test("ServedGateway: a gateway's secret that others may read is refused, and said")
    func exposed() async throws {
        try await Self.run(givesCredentials: true) { folder, _ in
            let file = GatewayAccess(directory: "\(folder.path)/state/gateway").credentialsFile
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
            let run = try await Self.echo(in: folder)
            #expect(run.status == .configuration && run.errors.contains("chmod 600"), "\(run.errors)")
        }
    }

    @Test("ServedGateway: no script reads the gateway's folder, whatever is allowed, and no output shows its secret")
    func withheld() async throws {
        try await Self.run(givesCredentials: true) { folder, _ in
            for name in ["admin-token", "speedpix-credentials-gateway", "url-key"] {
                let run = try await Self.echo(
                    "print(fs.read('\(folder.path)/state/gateway/speedpix-gateway/\(name)'))", in: folder,
                    options: ["--allow-read", "/"])
                #expect(run.status == .failure && run.errors.contains("no script may read"), "\(name): \(run.errors)")
            }
            let run = try await Self.echo("print('made-up-' .. 'secret')", in: folder, options: ["--json"])
            #expect(!run.output.contains("made-up-secret"), "\(run.output)")
        }
    }
}
