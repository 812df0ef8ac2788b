import LuaRuntime
import SpeedPix
import SpeedPixLua
import Synchronization

/// Any text as a document, for the readers of `json` and `csv`: it is refused, or read so that it can be written.
actor Documents {
    static let shared = Documents()

    /// What the script below gets from `fuzz.text()`.
    private final class Input: Sendable {
        let bytes = Mutex<[UInt8]>([])
    }

    private struct Nowhere: HTTPTransport {
        func send(_ request: TransportRequest) async throws -> TransportResponse {
            throw TransportError("there is no service here", mayHaveReachedService: false)
        }
    }

    private static let script = LuaChunk(
        """
        local text = fuzz.text()
        local ok, value = pcall(json.decode, text)
        if ok then
          local once = json.encode(value, { sort_keys = true })
          local again = json.encode(json.decode(once), { sort_keys = true, indent = 0 })
          if once ~= again then error("json does not read what it wrote: " .. once) end
        elseif not value.line then error(value) end
        for _, header in ipairs { true, false } do
          local ok, rows = pcall(csv.parse, text, { header = header })
          if ok and header then
            csv.parse(csv.format(rows))
          elseif not ok and type(rows) ~= "table" then error(rows) end
        end
        """, name: "documents")

    private let input = Input()
    private let vm: LuaVM

    private init() {
        do {
            var dependencies = ClientDependencies()
            dependencies.transport = Nowhere()
            let host = ScriptHost(
                client: SpeedPixClient(try SpeedPixClient.Configuration(appKey: "key", appSecret: "secret"), dependencies: dependencies),
                files: FileAccess(workingDirectory: "/nowhere", homeDirectory: "/nowhere"), streams: .none)
            let input = input
            let module = LuaModule(
                name: "fuzz", functions: [.immediate("text") { _ in .string(LuaString(input.bytes.withLock { $0 })) }])
            vm = try LuaVM(modules: SpeedPixModule.modules(host) + [module])
        } catch {
            fatalError("no VM for documents: \(error)")
        }
    }

    func read(_ bytes: [UInt8]) async {
        input.bytes.withLock { $0 = bytes }
        do {
            try await vm.execute(Self.script)
        } catch {
            fatalError("a document did what no document may: \(error)")
        }
    }
}
