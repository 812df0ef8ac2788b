import LuaRuntime
import SpeedPix
import SpeedPixLua
import SpeedPixTestSupport
import Synchronization
import Testing

@Suite("<close> variables of scripts with predictions")
struct ClosingTests {
    /// A service where nothing ever ends by itself.
    private static func endless() -> ScriptedTransport {
        let ids = Atomic(0)
        return ScriptedTransport(
            [],
            then: .choosing { request in
                switch request.path {
                case "/scc/comfy_prompt":
                    let number = ids.add(1, ordering: .relaxed).newValue
                    return .ok(["taskId": .string("t-\(number)"), "status": "waiting"])
                case "/scc/comfy_cancel":
                    return .ok(["taskId": request.json["taskId"] ?? .null, "status": "canceled"])
                default: return .silence
                }
            })
    }

    /// A guard as a careful script has it: whatever ends the block by an error ends the prediction, too.
    private static let prelude = """
        local function guarded(job)
          return setmetatable({}, { __close = function(_, e)
            if e then
              job:cancel()
              fs.write(job.id .. ".txt", e.code or "error")
            end
          end })
        end

        """

    private static let places: [(String, before: String, after: String)] = [
        ("main chunk", "", ""),
        ("map", "speedpix.map({ 1 }, function() ", " end)"),
        ("spawn", "speedpix.spawn(function() ", " end):join()"),
        ("settle", "local r = speedpix.settle({ 1 }, function() ", " end) error(r[1].error, 0)"),
        ("pcall", "local ok, e = pcall(function() ", " end) error(e, 0)"),
        ("all", "speedpix.all { speedpix.spawn(function() ", " end) }"),
        ("first", "speedpix.first { speedpix.spawn(function() ", " end) }"),
        ("timeout", "speedpix.timeout(1000, function() ", " end)"),
        ("coroutine", "coroutine.wrap(function() ", " end)()"),
    ]

    private static func cancels(_ transport: ScriptedTransport) -> [JSONValue?] {
        transport.requests.filter { $0.path == "/scc/comfy_cancel" }.map { $0.json["taskId"] }
    }

    @Test("A block that fails cancels its prediction in __close and keeps its error", arguments: places)
    func failed(place: (name: String, before: String, after: String)) async throws {
        let folder = try ScriptFolder()
        let transport = Self.endless()
        let error = await folder.failure(
            Self.prelude + place.before + """
                local job = create("wf-1")
                local guard <close> = guarded(job)
                error({ code = "mine", message = "no more paint" })
                """ + place.after, host: try folder.host(transport: transport))
        #expect(error?.message == "no more paint", "\(String(describing: error))")
        #expect(Self.cancels(transport) == ["t-1"])
        #expect(try folder.text("t-1.txt") == "mine")
    }

    @Test("A cancelled run cancels its prediction in __close", arguments: places)
    func cancelled(place: (name: String, before: String, after: String)) async throws {
        let folder = try ScriptFolder()
        let transport = Self.endless()
        let host = try folder.host(transport: transport)
        let script =
            Self.prelude + place.before + """
                local job = create("wf-1")
                local guard <close> = guarded(job)
                wait(job)
                """ + place.after
        // Its clock stands still, so that <close> variables have all the time they want.
        let vm = try LuaVM(modules: SpeedPixModule.modules(host), clock: ManualClock())
        let run = Task { try await vm.run(LuaChunk(script, name: "main.lua")) }
        await transport.waitForRequests(2)
        run.cancel()
        await #expect(throws: CancellationError.self) { try await run.value }
        #expect(Self.cancels(transport) == ["t-1"])
        #expect(try folder.text("t-1.txt") == "canceled")
    }

    @Test("map with on_error = cancel cancels the other predictions in __close before it raises its error")
    func failedMap() async throws {
        let folder = try ScriptFolder()
        let transport = Self.endless()
        let results = try await folder.run(
            Self.prelude + """
                local ok, e = pcall(speedpix.map, { 1, 2, 3 }, function(i)
                  local job = create("wf-1")
                  local guard <close> = guarded(job)
                  if i == 2 then error("no more paint", 0) end
                  wait(job)
                end, { on_error = 'cancel' })
                return e, #fs.glob("t-*.txt")
                """, host: try folder.host(transport: transport))
        #expect(results == ["no more paint", 3])
        #expect(Set(Self.cancels(transport)) == ["t-1", "t-2", "t-3"])
    }

    @Test("A task in a <close> variable ends with its block and cancels its prediction")
    func task() async throws {
        let folder = try ScriptFolder()
        let transport = Self.endless()
        let error = await folder.failure(
            Self.prelude + """
                local begun = false
                local task <close> = speedpix.spawn(function()
                  local job = create("wf-1")
                  local guard <close> = guarded(job)
                  begun = true
                  wait(job)
                end)
                while not begun do speedpix.sleep(0.1) end
                error("no more paint", 0)
                """, host: try folder.host(transport: transport))
        #expect(error?.message == "no more paint")
        #expect(Self.cancels(transport) == ["t-1"])
    }
}
