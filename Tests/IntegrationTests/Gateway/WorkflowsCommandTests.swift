import ComfyUI
import Foundation
import Logging
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixCommands
@testable import SpeedPixGateway

@Suite("The workflows command")
struct WorkflowsCommandTests {
    /// Stands for servers of ComfyUI behind the gateway.
    private struct GraphBackend: Backend {
        let name = "graphs"
        let workflows: [any Workflow] = []
        /// Why every prediction fails; nil if none does.
        var failure: String?
        /// Why every prediction is refused before it is created; nil if none is.
        var refusal: Refusal?

        func check(_ workflow: any Workflow, inputs: [String: PreparedInput]) async throws {
            if let refusal { throw refusal }
        }

        func run(_ job: BackendJob, progress: ReportedProgress) async throws -> WorkflowResult {
            if let failure { throw WorkflowFailure(failure) }
            return WorkflowResult(outputs: [
                "images": .data(.array(job.inputs.keys.sorted().map { .string($0) }))
            ])
        }
    }

    private static let graph: JSONValue = [
        "1": ["class_type": "LoadImage", "inputs": ["image": "photo.png"], "_meta": ["title": "Photo"]],
        "3": [
            "class_type": "TestSampler",
            "inputs": ["image": ["1", 0], "seed": 5, "steps": 20, "denoise": 1.0, "tiled": false],
        ],
        "10": ["class_type": "SaveImage", "inputs": ["images": ["3", 0], "filename_prefix": "shop"]],
    ]

    /// A gateway on the folder `data`, as `serve` runs it, and a ComfyUI with a photo.
    private static func run(
        failure: String? = nil, refusal: Refusal? = nil,
        _ body: @escaping @Sendable (TestFolder, TestComfyUI, String) async throws -> Void
    ) async throws {
        let folder = try TestFolder()
        try folder.write(String(decoding: try graph.encoded(), as: UTF8.self), to: "shop.json")
        try await TestComfyUI.withRunning { server in
            server.addFile("input/photo.png", [1, 2, 3])
            var configuration = GatewayConfiguration(appKey: "key", appSecret: Secret("secret"))
            configuration.dataDirectory = "\(folder.path)/data"
            configuration.keepsPredictions = true
            configuration.comfyUI = GraphBackend(failure: failure, refusal: refusal)
            let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
            let workflows = try await BuiltInWorkflows.load()
            try await Gateway.withRunning(configuration, workflows: workflows, logger: logger) { running in
                try GatewayAccess(directory: "\(folder.path)/data").write(endpoint: running.localEndpoint)
                try await body(folder, server, running.endpoint)
            }
        }
    }

    private static func command(_ arguments: [String], in folder: TestFolder) async -> CommandRun {
        await CommandRun(["workflows"] + arguments + ["--data", "data"], in: folder, clock: ImmediateClock())
    }

    private static func publish(
        _ arguments: [String], _ server: TestComfyUI, in folder: TestFolder
    ) async -> CommandRun {
        await command(["publish"] + arguments + ["--comfyui", server.url], in: folder)
    }

    @Test("publish proposes inputs and outputs, tries the version, and lets the alias stand for it")
    func published() async throws {
        try await Self.run { folder, server, endpoint in
            let arguments = ["shop.json", "--id", "shop", "--alias", "main"]
            let plan = await Self.publish(arguments + ["--dry-run"], server, in: folder)
            #expect(plan.status == .success && plan.output.contains("1.image"), "\(plan.errors)")
            #expect(plan.output.contains("3.seed") && plan.output.contains("10.images"), "\(plan.output)")
            let run = await Self.publish(arguments, server, in: folder)
            #expect(run.status == .success, "\(run.errors)")
            #expect(run.errors.contains("shop v1 is published"), "\(run.errors)")
            #expect(run.errors.contains("it gave images (0 files)"), "\(run.errors)")
            #expect(run.errors.contains("main of shop stands for v1"), "\(run.errors)")
            let list = await Self.command(["list"], in: folder)
            #expect(list.output.contains("shop") && list.output.contains("v1 (main)"), "\(list.output)")
            let show = await Self.command(["show", "shop"], in: folder)
            #expect(show.output.contains("tried:") && show.output.contains("photo"), "\(show.output)")
            let predict = await CommandRun(
                ["predict", "shop", "photo==data:,a"], in: folder, environment: TestService.environment(endpoint))
            #expect(predict.status == .success && predict.output.contains("photo"), "\(predict.errors)")
        }
    }

    @Test("A version that fails with its own values gets no alias, and the command ends with 3")
    func failed() async throws {
        try await Self.run(failure: "out of memory") { folder, server, _ in
            let run = await Self.publish(["shop.json", "--id", "shop", "--alias", "main"], server, in: folder)
            #expect(run.status == .predictionFailed && run.errors.contains("out of memory"), "\(run.errors)")
            let show = await Self.command(["show", "shop", "--json"], in: folder)
            let workflow = try JSONValue(parsing: show.output.utf8)
            #expect(workflow["versions"] == ["v1"] && workflow["aliases"] == .object([:]), "\(show.output)")
        }
    }

    @Test("What keeps a workflow from being published has a line each, and nothing is published")
    func findings() async throws {
        try await Self.run { folder, server, _ in
            let run = await Self.publish(
                ["shop.json", "--id", "echo", "--input", "x=99.y", "--input", "seed=3.sed", "--output", "o=3.images"],
                server, in: folder)
            #expect(run.status == .failure, "\(run.errors)")
            let lines = run.errors.split(separator: "\n").filter { $0.hasPrefix("error: ") }
            #expect(lines.count >= 4, "\(run.errors)")
            for words in ["comes with the gateway", "99", "sed"] {
                #expect(lines.contains { $0.contains(words) }, "\(words): \(run.errors)")
            }
            let list = await Self.command(["list"], in: folder)
            #expect(!list.output.contains("comfyui"), "\(list.output)")
        }
    }

    @Test("A file that the workflow needs and the server does not have is named with what to do")
    func missingFile() async throws {
        try await Self.run { folder, server, _ in
            server.removeFile("input/photo.png")
            let needed = await Self.publish(
                ["shop.json", "--id", "shop", "--input", "seed=3.seed"], server, in: folder)
            #expect(needed.status == .failure && needed.errors.contains("photo.png"), "\(needed.errors)")
            #expect(needed.errors.contains("--input image=1.image"), "\(needed.errors)")
            let input = await Self.publish(["shop.json", "--id", "shop"], server, in: folder)
            #expect(input.status == .predictionFailed, "\(input.errors)")
            #expect(input.errors.contains("shop v1 could not be tried"), "\(input.errors)")
            #expect(input.errors.contains("photo.png"), "\(input.errors)")
        }
    }

    @Test("A version that could not be tried gets no alias, unless it was not to be tried")
    func refusedTry() async throws {
        let refusal = Refusal("NoServer", "no server can run the workflow shop")
        try await Self.run(refusal: refusal) { folder, server, _ in
            let arguments = ["shop.json", "--id", "shop", "--alias", "main"]
            let run = await Self.publish(arguments + ["--json"], server, in: folder)
            #expect(run.status == .predictionFailed && run.errors.contains(refusal.message), "\(run.errors)")
            #expect(run.errors.contains("no alias was changed"), "\(run.errors)")
            #expect(run.errors.contains("speedpix workflows alias shop main v1"), "\(run.errors)")
            #expect(try JSONValue(parsing: run.output.utf8)["try"]?["status"] == "impossible", "\(run.output)")
            let show = await Self.command(["show", "shop", "--json"], in: folder)
            let workflow = try JSONValue(parsing: show.output.utf8)
            #expect(workflow["versions"] == ["v1"] && workflow["aliases"] == .object([:]), "\(show.output)")
            let untried = await Self.publish(arguments + ["--no-try"], server, in: folder)
            #expect(untried.status == .success, "\(untried.errors)")
            #expect(untried.errors.contains("main of shop stands for v2"), "\(untried.errors)")
        }
    }

    @Test("--last lists what ComfyUI has run, and a number publishes it")
    func last() async throws {
        try await Self.run { folder, server, _ in
            let empty = await Self.publish(["--last"], server, in: folder)
            #expect(empty.status == .success && empty.errors.contains("has run nothing"), "\(empty.errors)")
            let client = ComfyUIClient(try ComfyUIServerAddress(server.url))
            _ = try await client.submit(
                prompt: Self.graph, promptID: UUID().uuidString.lowercased(), clientID: "test")
            let list = await Self.publish(["--last"], server, in: folder)
            #expect(list.output.hasPrefix("1  ") && list.errors.contains("--last 1 --id NAME"), "\(list.errors)")
            let run = await Self.publish(["--last", "1", "--id", "shop", "--no-try"], server, in: folder)
            #expect(run.status == .success && run.errors.contains("shop v1 is published"), "\(run.errors)")
            #expect(run.errors.contains("no alias stands for it yet"), "\(run.errors)")
            let none = await Self.publish(["--last", "7", "--id", "shop"], server, in: folder)
            #expect(none.status == .failure && none.errors.contains("remembers 1"), "\(none.errors)")
        }
    }

    @Test("Versions get aliases, are exported as they were, and are removed")
    func versions() async throws {
        try await Self.run { folder, server, _ in
            for _ in 0..<2 {
                let run = await Self.publish(["shop.json", "--id", "shop", "--no-try"], server, in: folder)
                #expect(run.status == .success, "\(run.errors)")
            }
            let alias = await Self.command(["alias", "shop", "main", "v2"], in: folder)
            #expect(alias.status == .success && alias.errors == "main of shop stands for v2\n", "\(alias.errors)")
            let export = await Self.command(["export", "shop", "v1", "--out", "copy.json"], in: folder)
            #expect(export.status == .success && export.output == "", "\(export.errors)")
            let copy = try JSONValue(parsing: Data(contentsOf: URL(filePath: "\(folder.path)/copy.json")))
            #expect(copy == Self.graph)
            let used = await Self.command(["remove", "shop", "v2"], in: folder)
            #expect(used.status == .failure && used.errors.contains("main"), "\(used.errors)")
            let gone = await Self.command(["remove", "shop"], in: folder)
            #expect(gone.status == .success, "\(gone.errors)")
            let show = await Self.command(["show", "shop"], in: folder)
            #expect(show.status == .failure && show.errors.contains("there is no workflow \"shop\""), "\(show.errors)")
        }
    }

    @Test("A workflow in Lua needs no ComfyUI")
    func script() async throws {
        try await Self.run { folder, _, endpoint in
            try folder.write(
                """
                return {
                  title = "Says it", inputs = { text = { type = "string", required = true } },
                  run = function(inputs) return { said = inputs.text } end,
                }
                """, to: "say.lua")
            let plan = await Self.command(["publish", "say.lua", "--id", "say", "--dry-run"], in: folder)
            #expect(plan.status == .success && plan.output.contains("text  string, required"), "\(plan.errors)")
            let run = await Self.command(["publish", "say.lua", "--id", "say", "--alias", "main"], in: folder)
            #expect(run.status == .success && run.output.contains("text"), "\(run.errors)")
            let eval = await CommandRun(
                ["eval", #"speedpix.workflow("say").inputs[1].required"#], in: folder,
                environment: TestService.environment(endpoint))
            #expect(eval.output == "true\n", "\(eval.errors)")
        }
    }

    @Test("A dry run says why a script is no workflow")
    func noScript() async throws {
        try await Self.run { folder, _, _ in
            try folder.write("return {}", to: "hello.lua")
            let plan = await Self.command(["publish", "hello.lua", "--id", "hello", "--dry-run"], in: folder)
            #expect(plan.status == .failure, "\(plan.errors)")
            #expect(plan.errors.contains("error: the script declares no workflow"), "\(plan.errors)")
        }
    }

    @Test("publish asks the server that the settings name")
    func serverOfSettings() async throws {
        try await Self.run { folder, server, _ in
            try folder.write("comfyui = \"\(server.url)\"\n", to: "speedpix.toml")
            let plan = await Self.command(["publish", "shop.json", "--id", "shop", "--dry-run"], in: folder)
            #expect(plan.status == .success && plan.output.contains("1.image"), "\(plan.errors)")
            try folder.write("comfyui = \"none\"\n", to: "speedpix.toml")
            let none = await Self.command(["publish", "shop.json", "--id", "shop", "--dry-run"], in: folder)
            #expect(none.status == .failure && none.errors.contains("--comfyui URL"), "\(none.errors)")
        }
    }

    @Test("A class that no server has is named with the nearest one that it has")
    func nearestClass() async throws {
        try await Self.run { folder, server, _ in
            let graph = String(decoding: try Self.graph.encoded(), as: UTF8.self)
            try folder.write(graph.replacing("TestSampler", with: "TestSamplr"), to: "slip.json")
            let run = await Self.publish(["slip.json", "--id", "slip"], server, in: folder)
            #expect(run.status == .failure && run.errors.contains("(nearest: TestSampler)"), "\(run.errors)")
        }
    }

    @Test(
        "What cannot be meant is refused with words",
        arguments: [
            (["publish"], SpeedPixCommands.ExitStatus.usage, "name a file"),
            (["publish", "a.json", "--last"], .usage, "name a file"), (["publish", "a.json"], .usage, "--id"),
            (["publish", "a.json", "--id", "a b"], .usage, "other characters"),
            (["publish", "a.json", "--id", "a", "--input", "x"], .usage, "has no \"=\""),
            (["publish", "a.json", "--id", "a", "--alias", "v1"], .usage, "form of a version"),
            (["publish", "--last", "0", "--id", "a"], .usage, "--last"),
            (["publish", "a.json", "--id", "a", "--comfyui", "gpu2"], .usage, "http://HOST:PORT"),
            (["list", "--gateway", "http://127.0.0.1:1"], .usage, "go together"),
            (["list", "--gateway", "http://gpu2", "--admin-token-file", "t"], .usage, "https://"),
            (["list"], .failure, "no gateway runs on"), (["list", "--data", ":temporary:"], .usage, "--data DIR"),
        ])
    func refused(arguments: [String], status: SpeedPixCommands.ExitStatus, message: String) async throws {
        let folder = try TestFolder()
        let data = arguments.contains("--data") ? [] : ["--data", "data"]
        let run = await CommandRun(["workflows"] + arguments + data, in: folder)
        #expect(run.status == status && run.errors.contains(message), "\(run.errors)")
    }

    @Test("A file of ComfyUI's page is refused with what to do, before anything is asked")
    func uiFormat() async throws {
        try await Self.run { folder, server, _ in
            try folder.write(#"{"nodes": [], "links": []}"#, to: "page.json")
            let run = await Self.publish(["page.json", "--id", "shop"], server, in: folder)
            #expect(run.status == .failure && run.errors.contains("Export (API)"), "\(run.errors)")
            #expect(server.requests.isEmpty)
        }
    }

    @Test("The admin token goes nowhere when the gateway that had the address was killed")
    func killed() async throws {
        let folder = try TestFolder()
        try await Self.run { other, _, endpoint in
            // Another gateway has got the address meanwhile, and would answer.
            let access = GatewayAccess(directory: "\(folder.path)/data")
            try folder.makeFolder("data/speedpix-gateway")
            try access.write(endpoint: endpoint)
            try FileManager.default.copyItem(
                atPath: GatewayAccess(directory: "\(other.path)/data").tokenFile, toPath: access.tokenFile)
            let list = await Self.command(["list"], in: folder)
            #expect(list.status == .failure && list.errors.contains("no gateway runs on"), "\(list.errors)")
            #expect(list.errors.contains("start it with speedpix serve"), "\(list.errors)")
        }
    }

    @Test("serve tells commands of this machine where it listens, and takes that away", .timeLimit(.minutes(2)))
    func served() async throws {
        let folder = try TestFolder()
        let server = try Subprocess(
            Subprocess.speedpix, ["serve", "--port", "0", "--data", "data"], folder: folder.path,
            environment: ["HOME": folder.path])
        _ = try #require(server.nextLine())
        let file = GatewayAccess(directory: "\(folder.path)/data").endpointFile
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let list = await CommandRun(["workflows", "--data", "data"], in: folder)
        #expect(list.status == .success && list.output.contains("echo"), "\(list.errors)")
        server.interrupt()
        #expect(server.finish().status == 130)
        #expect(!FileManager.default.fileExists(atPath: file))
    }
}
