import ComfyUI
import Foundation
import SpeedPix
import SpeedPixGateway
import SpeedPixTestSupport
import Synchronization
import Testing

/// A gateway with its console, as `speedpix serve` runs it, in a home folder of its own; and a small ComfyUI.
final class ConsoleStage: Sendable {
    /// How the gateway is started.
    struct Options: Sendable {
        /// Whether it knows the ComfyUI.
        var hasComfyUI = false
        /// Servers of ComfyUI that do not answer, after the one that does.
        var absent: [String] = []
        /// What goes wrong on purpose, as JSON.
        var faults: String?
        /// The queue of batches.
        var queue: String?
        /// Whether it gets a secret; otherwise it makes one up.
        var hasSecret = true
    }

    private static let appKey = "shop"
    private static let appSecret = "a-secret-that-nothing-shows"

    private struct Serving: Sendable {
        let program: RunningProgram
        let endpoint: String
        let link: String
    }

    private let home: TestFolder
    private let comfyUI: TestComfyUI
    private let options: Options
    private let serving = Mutex<Serving?>(nil)
    /// How many prompts were posted before they were held.
    private let postsBefore = Mutex(0)

    private init(_ comfyUI: TestComfyUI, _ options: Options) throws {
        home = try TestFolder()
        self.comfyUI = comfyUI
        self.options = options
    }

    /// Does a flow at a gateway of its own.
    static func perform(_ flow: String, _ change: (inout Options) -> Void = { _ in }) async throws {
        var options = Options()
        change(&options)
        try await TestComfyUI.withRunning { [options] comfyUI in
            let stage = try ConsoleStage(comfyUI, options)
            try await stage.start(port: 0)
            let values = try stage.values()
            try await ConsoleBrowser.shared.perform(flow, values: values) { try await stage.answer($0, $1) }
            try await stage.stop()
        }
    }

    // MARK: The gateway

    /// The user's folders are those of the home folder, whatever the developer has set.
    private var environment: [String: String] {
        var variables = [
            "HOME": home.path, "XDG_DATA_HOME": home[".local/share"], "XDG_STATE_HOME": home[".local/state"],
            "XDG_CONFIG_HOME": home[".config"],
        ]
        variables["SPEEDPIX_NATS_URL"] = options.queue
        return variables
    }

    private func start(port: Int) async throws {
        var arguments = ["serve", "--port", "\(port)"]
        if options.hasSecret { arguments += ["--app-key", Self.appKey, "--app-secret", Self.appSecret] }
        let servers = (options.hasComfyUI ? [comfyUI.url] : []) + options.absent
        arguments += ["--comfyui", servers.isEmpty ? "none" : servers.joined(separator: ",")]
        if let faults = options.faults { arguments += ["--faults", try home.write(faults, to: "faults.json")] }
        let program = try RunningProgram(
            "serve", Subprocess.speedpix, arguments, folder: home.path, environment: environment
        ) { $0.contains("endpoint http") || $0.hasPrefix("console: ") }
        try await program.wait(lines: 2)
        let words = program.counted.flatMap { $0.split(separator: " ") }.filter { $0.hasPrefix("http") }
        try #require(words.count == 2, "\(program.description)")
        serving.withLock { $0 = Serving(program: program, endpoint: String(words[0]), link: String(words[1])) }
    }

    private func stop() async throws {
        let program = try current().program
        program.send(SIGINT)
        _ = try await program.end()
    }

    private func current() throws -> Serving {
        let current = serving.withLock { $0 }
        return try #require(current)
    }

    // MARK: What flows take and ask for

    /// What every flow takes.
    private func values() throws -> JSONValue {
        let serving = try current()
        let access = GatewayAccess(directory: home[".local/share/speedpix/gateway"])
        let token = try String(contentsOfFile: access.tokenFile, encoding: .utf8)
        return [
            "endpoint": .string(serving.endpoint), "first_link": .string(serving.link),
            "admin_token": .string(token.trimmingCharacters(in: .whitespacesAndNewlines)),
            "app_key": .string(Self.appKey), "app_secret": .string(Self.appSecret),
            "speedpix": .string(try Subprocess.speedpix), "home": .string(home.path),
            "photo": .string("\(TestFolder.repository)/examples/assets/dahlia.jpg"),
            "comfyui": .string(comfyUI.url), "absent": .string(options.absent.first ?? ""),
            "queue": .string(options.queue ?? ""),
        ]
    }

    private func answer(_ question: String, _ values: JSONValue) async throws -> JSONValue {
        switch question {
        case "stop": try await stop()
        case "start":
            // A page knows the gateway by its address.
            let port = try current().endpoint.split(separator: ":").last.flatMap { Int($0) }
            try await start(port: try #require(port))
        case "hold":
            comfyUI.setAutomatic(false)
            postsBefore.withLock { $0 = comfyUI.posted.count }
        case "finish": comfyUI.finishNext()
        case "step":
            comfyUI.step(try Self.number(values["value"]), of: try Self.number(values["of"]))
        case "preview":
            // What the gateway wants of previews has come, and the first prompt that is held.
            await comfyUI.waitForTexts(1)
            let before = postsBefore.withLock { $0 }
            await comfyUI.waitForPosts(before + 1)
            comfyUI.preview(TestPNG.pixel(UInt32(try Self.number(values["color"]))))
        case "add_file": comfyUI.addFile(values["key"]?.stringValue ?? "", TestPNG.pixel(0))
        case "set_models": try await setModels(values["names"] ?? [])
        case "requests": return .array(comfyUI.requests.map { .string($0) })
        default: throw ConsoleBrowser.Problem(description: "a flow asks for \(question)")
        }
        return .null
    }

    private static func number(_ value: JSONValue?) throws -> Int {
        Int(try #require(value?.lenientInteger))
    }

    /// Gives ComfyUI a class that loads models, of which it has these.
    private func setModels(_ names: JSONValue) async throws {
        let client = ComfyUIClient(try ComfyUIServerAddress(comfyUI.url))
        var classes = try #require(try await client.objectInfo().objectValue)
        var model = try #require(classes["EmptyImage"]?.objectValue)
        let inputs: JSONValue = ["ckpt_name": ["COMBO", ["options": names]]]
        model["name"] = "TestModel"
        model["display_name"] = "Load a Test Model"
        model["input"] = ["required": inputs]
        model["input_order"] = ["required": ["ckpt_name"]]
        classes["TestModel"] = .object(model)
        comfyUI.setClasses(.object(classes))
    }
}
