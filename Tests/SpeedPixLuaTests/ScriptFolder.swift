import LuaRuntime
import SpeedPix
import SpeedPixLua
import SpeedPixTestSupport
import Synchronization

/// A folder of one test, removed with it, in which scripts run.
typealias ScriptFolder = TemporaryFolder

extension TemporaryFolder {
    /// Which files a script in this folder may use.
    var files: FileAccess { FileAccess(workingDirectory: path, homeDirectory: path) }

    /// A host whose service answers as scripted; nothing unless scripted.
    func host(transport: any HTTPTransport = ScriptedTransport([]), console: Console = Console()) throws -> ScriptHost {
        var dependencies = ClientDependencies()
        dependencies.transport = transport
        dependencies.clock = ImmediateClock()
        let client = SpeedPixClient(
            try SpeedPixClient.Configuration(appKey: "key", appSecret: "the-secret", endpoint: "http://service.test"),
            dependencies: dependencies)
        return ScriptHost(
            client: client, files: files,
            streams: ScriptStreams(write: console.write, writeError: console.writeError, log: console.log),
            clock: ImmediateClock(), moduleDirectory: path)
    }

    /// Runs a script and returns what it returns.
    @discardableResult
    func run(_ script: String, host: ScriptHost? = nil) async throws -> [LuaValue] {
        let vm = try LuaVM(modules: SpeedPixModule.modules(try host ?? self.host()))
        return try await vm.run(LuaChunk(script, name: "\(path)/main.lua"), timeout: .seconds(600))
    }

    /// The error that a script must end with.
    func failure(_ script: String, host: ScriptHost? = nil) async -> LuaError? {
        do {
            try await run(script, host: host)
            return nil
        } catch {
            return error as? LuaError
        }
    }
}

/// What a script wrote and logged.
final class Console: Sendable {
    private struct State {
        var output: [UInt8] = []
        var errors: [UInt8] = []
        var log: [String] = []
    }

    private let state = Mutex(State())

    @Sendable func write(_ bytes: [UInt8]) { state.withLock { $0.output += bytes } }
    @Sendable func writeError(_ bytes: [UInt8]) { state.withLock { $0.errors += bytes } }
    @Sendable func log(_ level: ScriptLogLevel, _ text: String) {
        state.withLock { $0.log.append("\(level.rawValue): \(text)") }
    }

    var output: String { state.withLock { String(decoding: $0.output, as: UTF8.self) } }
    var errors: String { state.withLock { String(decoding: $0.errors, as: UTF8.self) } }
    var logged: [String] { state.withLock { $0.log } }
}

extension LuaError {
    /// What the error says helps.
    var hint: String? { value.tableValue?["hint"]?.text }
}
