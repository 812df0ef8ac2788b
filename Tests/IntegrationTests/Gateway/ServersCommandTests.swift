import ComfyUI
import Foundation
import HTTPTypes
import Logging
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixCommands
@testable import SpeedPixGateway

@Suite("Servers of ComfyUI on the command line", .timeLimit(.minutes(1)))
struct ServersCommandTests {
    /// A gateway on the folder `data` that knows that its server is up.
    private static func run(
        _ body: @escaping @Sendable (TestFolder, TestComfyUI) async throws -> Void
    ) async throws {
        let folder = try TestFolder()
        try await TestComfyUI.withRunning { server in
            var configuration = GatewayConfiguration(appKey: "key", appSecret: Secret("secret"))
            configuration.dataDirectory = "\(folder.path)/data"
            configuration.keepsPredictions = true
            configuration.comfyUIServers = ComfyUIConfiguration(servers: [try ComfyUIServerAddress(server.url)])
            let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
            try await Gateway.withRunning(configuration, workflows: [EchoWorkflow()], logger: logger) { running in
                try GatewayAccess(directory: "\(folder.path)/data").write(endpoint: running.localEndpoint)
                _ = await running.comfyUI?.firstStates()
                try await body(folder, server)
            }
        }
    }

    private static func command(_ arguments: [String], in folder: TestFolder) async -> CommandRun {
        await CommandRun(["servers"] + arguments + ["--data", "data"], in: folder)
    }

    @Test("servers lists them, drains, resumes and frees one, and refuses a number that there is not")
    func servers() async throws {
        try await Self.run { folder, server in
            let list = await Self.command([], in: folder)
            #expect(list.output.hasPrefix("1  \(server.url)  ComfyUI 0.27.0, 18.6 of 24 GiB free"), "\(list.output)")
            let json = await Self.command(["list", "--json"], in: folder)
            let first = try JSONValue(parsing: json.output.utf8)
            #expect(first["up"] == true, "\(json.output)")
            let drained = await Self.command(["drain", "1"], in: folder)
            #expect(drained.output.contains("draining"), "\(drained.errors)")
            let resumed = await Self.command(["resume", "1"], in: folder)
            #expect(resumed.status == .success && !resumed.output.contains("draining"), "\(resumed.errors)")
            let freed = await Self.command(["free", "1"], in: folder)
            #expect(freed.status == .success && server.requests.contains("POST /api/free"), "\(freed.errors)")
            let unknown = await Self.command(["drain", "2"], in: folder)
            #expect(unknown.status == .failure && unknown.errors.contains("there is no server 2"), "\(unknown.errors)")
        }
    }

    @Test("doctor asks the servers that it is told of, and those of the settings")
    func doctor() async throws {
        let folder = try TestFolder()
        try await TestComfyUI.withRunning { server in
            let told = await CommandRun(["doctor", "--comfyui", server.url], in: folder)
            #expect(told.output.contains("comfyui: \(server.url): ComfyUI 0.27.0"), "\(told.output)")
            try folder.write("comfyui = \"\(server.url),http://127.0.0.1:9\"\n", to: "speedpix.toml")
            let set = await CommandRun(["doctor"], in: folder)
            #expect(set.output.contains("comfyui: \(server.url): ComfyUI 0.27.0"), "\(set.output)")
            #expect(set.output.contains("note  comfyui: http://127.0.0.1:9: "), "\(set.output)")
            let none = await CommandRun(["doctor", "--comfyui", "none"], in: folder)
            #expect(!none.output.contains("comfyui: "), "\(none.output)")
        }
    }

    @Test("doctor rounds every number of bytes that a server may send")
    func gibibytes() {
        for (bytes, whole) in [
            (0, 0), (1 << 29, 1), ((1 << 29) - 1, 0), (24 << 30, 24), (Int64.max, 1 << 33), (.min, -1 << 33),
        ] as [(Int64, Int64)] {
            #expect(ComfyUIDiagnosis.gibibytes(bytes) == whole)
        }
    }

    @Test("A time that a gateway tells may be any number")
    func times() {
        #expect(WorkflowText.time(0.4) == "0.4 s")
        for seconds in [-1, 1e300, .infinity, .nan] as [Double] {
            #expect(WorkflowText.time(seconds) == "an unknown time")
        }
    }

    @Test(
        "serve refuses servers and limits that cannot be meant",
        arguments: [
            (["--comfyui", "ftp://gpu1"], "not the address of a ComfyUI server"),
            (["--comfyui", "http://gpu1:8188,http://gpu1:8188/"], "is named twice"),
            (["--per-server", "0"], "--per-server"), (["--stall", "10"], "write 90s"),
            (["--partner-nodes", "missing.key"], "there is no file"),
        ])
    func refused(_ arguments: [String], _ words: String) async throws {
        let folder = try TestFolder()
        let run = await CommandRun(["serve", "--port", "0"] + arguments, in: folder)
        #expect(run.status == .usage && run.errors.contains(words), "\(run.errors)")
    }

    @Test("A file of headers: lines of every server, and below a URL those of one")
    func headers() throws {
        let headers = try ComfyUIHeaders(
            """
            # all
            X-Studio: 7
            [http://gpu2:8188/]
            Authorization: Bearer abc
            X-Studio: 8
            """)
        #expect(headers.fields(for: "http://gpu1:8188") == [HTTPField.Name("X-Studio") ?? .via: "7"])
        let own = headers.fields(for: "http://gpu2:8188")
        #expect(own[.authorization] == "Bearer abc" && own[HTTPField.Name("X-Studio") ?? .via] == "8")
        for (text, line) in [("no colon", 1), ("A: b\n[gpu2]", 2), ("A: b\nA: \u{1}", 2)] {
            do throws(ComfyUIHeaders.Problem) {
                _ = try ComfyUIHeaders(text)
                Issue.record("\(text) was read")
            } catch {
                #expect(error.line == line, "\(text)")
            }
        }
    }
}
