import Foundation
import HTTPTypes
import Logging
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixCommands
@testable import SpeedPixGateway

@Suite("The console command", .timeLimit(.minutes(1)))
struct ConsoleCommandTests {
    /// A gateway on the folder `data`.
    private static func run(
        hasConsole: Bool = true, _ body: @escaping @Sendable (TestFolder, RunningGateway) async throws -> Void
    ) async throws {
        let folder = try TestFolder()
        var configuration = GatewayConfiguration(appKey: "key", appSecret: Secret("secret"))
        configuration.dataDirectory = "\(folder.path)/data"
        configuration.hasConsole = hasConsole
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        try await Gateway.withRunning(configuration, workflows: [EchoWorkflow()], logger: logger) { running in
            try GatewayAccess(directory: "\(folder.path)/data").write(endpoint: running.localEndpoint)
            try await body(folder, running)
        }
    }

    private static func console(
        _ arguments: [String] = [], in folder: TestFolder, environment: [String: String] = [:]
    ) async -> CommandRun {
        await CommandRun(["console", "--data", "data"] + arguments, in: folder, environment: environment)
    }

    /// Makes a program of the desktop that writes down what it is to open, for a reader of the file `opened`.
    private static func makeDesktop(in folder: TestFolder) throws -> [String: String] {
        #expect(mkfifo("\(folder.path)/opened", 0o600) == 0)
        for name in ["xdg-open", "open"] {
            let script = "#!/bin/sh\nprintf '%s\\n' \"$#\" \"$1\" > '\(folder.path)/opened'\n"
            try folder.write(script, to: "bin/\(name)")
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o755], ofItemAtPath: "\(folder.path)/bin/\(name)")
        }
        return ["PATH": "\(folder.path)/bin:/usr/bin:/bin", "DISPLAY": ":0"]
    }

    @Test("console: prints a link whose code begins a session, another one each time")
    func link() async throws {
        try await Self.run { folder, running in
            let (first, second) = (
                await Self.console(["--no-browser"], in: folder), await Self.console(["--no-browser"], in: folder)
            )
            #expect(first.status == .success && first.output != second.output, "\(first.errors)")
            #expect(first.errors.contains("open it in a browser; the link is good once"), "\(first.errors)")
            let link = try #require(first.output.split(separator: "\n").first)
            let parts = link.split(separator: "#")
            #expect(parts.count == 2 && parts[0] == "\(running.endpoint)/" && first.output == "\(link)\n")
            let response = try await AsyncHTTPTransport.shared.send(
                TransportRequest(
                    method: .post, url: "\(running.endpoint)/console/session",
                    headers: [.origin: running.endpoint],
                    body: .bytes(Array(#"{"code":"\#(parts[1])"}"#.utf8)), timeout: .seconds(60)))
            #expect(response.status.code == 200)
            for try await _ in response.body {}
        }
    }

    @Test("console: opens the link with the desktop's program and does not wait for it")
    func opened() async throws {
        try await Self.run { folder, _ in
            let environment = try Self.makeDesktop(in: folder)
            // The program waits until somebody reads, and so would the command.
            let run = await Self.console(in: folder, environment: environment)
            #expect(run.status == .success && run.errors.contains("opening it in the browser"), "\(run.errors)")
            let read = try await Subprocess.run("/bin/cat", ["opened"], folder: folder.path)
            #expect(read.output + "\n" == "1\n\(run.output)", "\(read.output)")
        }
    }

    @Test("console: without a screen or a program for it, says that the link is to be opened")
    func notOpened() async throws {
        try await Self.run { folder, _ in
            let bare = await Self.console(in: folder, environment: ["PATH": "/nowhere", "DISPLAY": ":0"])
            #expect(bare.status == .success && bare.errors.contains("open it in a browser"), "\(bare.errors)")
            var environment = try Self.makeDesktop(in: folder)
            environment["DISPLAY"] = ""
            environment["SSH_CONNECTION"] = "192.0.2.1 50000 192.0.2.2 22"
            let remote = await Self.console(in: folder, environment: environment)
            #expect(remote.status == .success && remote.errors.contains("open it in a browser"), "\(remote.errors)")
        }
    }

    @Test("console: says so where no gateway runs, or one without a console")
    func none() async throws {
        let folder = try TestFolder()
        let run = await Self.console(in: folder)
        #expect(run.status == .failure && run.errors.contains("no gateway runs on"), "\(run.errors)")
        try await Self.run(hasConsole: false) { folder, running in
            let run = await Self.console(in: folder)
            #expect(run.status == .failure && run.output == "", "\(run.output)")
            #expect(run.errors.contains("the gateway at \(running.endpoint) has no console"), "\(run.errors)")
        }
    }

    @Test("serve: prints a link to its console in the line after the endpoint")
    func served() throws {
        let folder = try TestFolder()
        let server = try Subprocess(
            Subprocess.speedpix, ["serve", "--port", "0", "--data", "data", "--app-secret", "secret"],
            folder: folder.path)
        let endpoint = try #require(server.nextLine()?.split(separator: " ").first { $0.hasPrefix("http") })
        let line = try #require(server.nextLine())
        #expect(line.hasPrefix("console: \(endpoint)/#"), "\(line)")
        #expect(line.wholeMatch(of: /console: \S+#[0-9a-f]{32}/) != nil, "\(line)")
        server.interrupt()
        #expect(server.finish().status == 130)
    }
}
