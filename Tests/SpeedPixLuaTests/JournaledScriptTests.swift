import LuaRuntime
import SpeedPix
import SpeedPixTestSupport
import Synchronization
import Testing

@testable import SpeedPixLua

/// A journal that has what a test gives it, and notes what it is told.
private final class GivenJournal: ForwardingJournal {
    private struct State {
        var recorded: [String: Prediction] = [:]
        var saved: [SavedFile] = []
        var values: [String: JSONValue] = [:]
        var claims: [JournaledCreate] = []
        var next: UInt64 = 0
    }

    let journal: any PredictionJournal = MemoryJournal()
    private let state: Mutex<State>

    /// - Parameter recorded: Predictions by the positions of their creates.
    init(recorded: [String: Prediction] = [:], saved: [SavedFile] = [], values: [String: JSONValue] = [:]) {
        state = Mutex(State(recorded: recorded, saved: saved, values: values))
    }

    var claims: [JournaledCreate] { state.withLock { $0.claims } }
    var saved: [SavedFile] { state.withLock { $0.saved } }
    var values: [String: JSONValue] { state.withLock { $0.values } }
    var identifiesCreates: Bool { true }

    func claim(_ create: JournaledCreate) -> JournalClaim {
        state.withLock { state in
            state.claims.append(create)
            if let known = create.position.flatMap({ state.recorded[$0.rawValue] }) { return .recorded(known) }
            state.next += 1
            return .new(JournalKey(rawValue: state.next))
        }
    }

    func recordSaved(_ file: SavedFile) { state.withLock { $0.saved.append(file) } }
    func savedFiles(_ output: OutputFileID) -> [SavedFile] {
        state.withLock { state in state.saved.filter { $0.output == output } }
    }
    func value(_ name: String) -> JSONValue? { state.withLock { $0.values[name] } }
    func keep(_ value: JSONValue, _ name: String) { state.withLock { $0.values[name] = value } }
}

@Suite("Scripts with a journal")
struct JournaledScriptTests {
    private static func succeeded(_ id: String) throws -> Prediction {
        try #require(
            Prediction(record: [
                "id": .string(id), "status": "succeeded", "output": ["image": .string("https://cdn.test/\(id).png")],
            ]))
    }

    private func host(
        in folder: ScriptFolder, journal: GivenJournal, transport: ScriptedTransport, limit: CreateLimit? = nil,
        onEvent: @escaping @Sendable (ScriptEvent) -> Void = { _ in }
    ) throws -> ScriptHost {
        var host = try folder.host(transport: transport)
        var dependencies = ClientDependencies(transport: transport, clock: ImmediateClock())
        dependencies.journal = journal.counted(by: limit)
        host.client = SpeedPixClient(host.client.configuration, dependencies: dependencies)
        host.onEvent = onEvent
        return host
    }

    private static let created = ScriptedReply.ok(["taskId": "t-1", "status": "waiting"])

    @Test("A recorded create sends nothing and is reported as reused")
    func reused() async throws {
        let folder = try ScriptFolder()
        try folder.write("a picture", to: "a.png")
        let journal = GivenJournal(recorded: ["create 1": try Self.succeeded("p-1")])
        let transport = ScriptedTransport([])
        let events = Mutex<[String]>([])
        let results = try await folder.run(
            "local p = create('draw', { image = './a.png' }) return p.id, run('draw', { image = './a.png' }) and p.status",
            host: try host(
                in: folder,
                journal: GivenJournal(recorded: [
                    "create 1": try Self.succeeded("p-1"), "create 2": try Self.succeeded("p-2"),
                ]),
                transport: transport
            ) { event in
                switch event {
                case .reused(let prediction, _): events.withLock { $0.append("reused \(prediction.id)") }
                case .created: events.withLock { $0.append("created") }
                default: break
                }
            })
        #expect(results == ["p-1", "succeeded"])
        #expect(transport.requests.isEmpty && journal.claims.isEmpty)
        #expect(events.withLock { $0 } == ["reused p-1", "reused p-2"])
    }

    @Test("A create is identified by the content of its files, given as path, bytes or upload")
    func identity() async throws {
        let folder = try ScriptFolder()
        try folder.write("a picture", to: "a.png")
        let journal = GivenJournal()
        let upload = ScriptedReply.ok([
            "uploadUrl": "https://store.test/put", "accessUrl": "https://store.test/a.png?sign=1", "objectKey": "k-1",
        ])
        let transport = ScriptedTransport(
            [],
            then: .choosing { request in
                if request.method == .put { return .text("") }
                return request.url.contains("sign") ? upload : Self.created
            })
        _ = try await folder.run(
            """
            create('draw', { image = './a.png' })
            create('draw', { image = speedpix.bytes('a picture', 'other.png') })
            create('draw', { image = upload('./a.png') })
            create('draw', { image = './a.png', text = 'x' })
            """, host: try host(in: folder, journal: journal, transport: transport))
        let digests = journal.claims.map { $0.identity?.digest }
        #expect(digests.count == 4 && digests[0] != nil)
        #expect(Set(digests[..<3]).count == 1 && digests[3] != digests[0])
        #expect(journal.claims.map { $0.position?.rawValue } == ["create 1", "create 2", "create 3", "create 4"])
    }

    @Test("A recorded create does not count for the limit of creates")
    func limit() async throws {
        let folder = try ScriptFolder()
        let limit = CreateLimit(1)
        let journal = GivenJournal(recorded: ["create 1": try Self.succeeded("p-1")])
        let transport = ScriptedTransport([], then: Self.created)
        let error = await folder.failure(
            "create('w') create('w') create('w')",
            host: try host(in: folder, journal: journal, transport: transport, limit: limit))
        #expect(error?.code == "not_allowed")
        #expect(limit.made == 1 && limit.refused == 1 && transport.requests.count == 1)
    }

    @Test("save does not download a file again that is unchanged at its path")
    func saved() async throws {
        let folder = try ScriptFolder()
        let journal = GivenJournal(recorded: [
            "create 1": try Self.succeeded("p-1"), "create 2": try Self.succeeded("p-1"),
        ])
        let fetches = Atomic(0)
        let transport = ScriptedTransport(
            [],
            then: .choosing { request in
                guard request.method == .get else {
                    return .ok([
                        "taskId": "p-1", "status": "succeeded",
                        "result": ["image": "https://cdn.test/p-1.png?sign=new"],
                    ])
                }
                fetches.add(1, ordering: .relaxed)
                return .text("content")
            })
        let kept = Mutex<[String]>([])
        let host = try host(in: folder, journal: journal, transport: transport) { event in
            if case .kept(let path, _, _) = event { kept.withLock { $0.append(path) } }
        }
        let script = "run('w').image:save('out/a.png')"
        _ = try await folder.run(script, host: host)
        #expect(fetches.load(ordering: .relaxed) == 1 && journal.saved.count == 1)
        _ = try await folder.run("create('w') run('w').image:save('out/a.png')", host: host)
        #expect(fetches.load(ordering: .relaxed) == 1)
        #expect(kept.withLock { $0 } == ["\(folder.path)/out/a.png"])
        // The same content with another version is told by its digest.
        try folder.write("content", to: "out/a.png")
        _ = try await folder.run(script, host: host)
        #expect(fetches.load(ordering: .relaxed) == 1)
        try folder.write("changed", to: "out/a.png")
        _ = try await folder.run(script, host: host)
        #expect(fetches.load(ordering: .relaxed) == 2)
        #expect(try folder.text("out/a.png") == "content")
    }

    @Test("The signed URL of a recorded output is requested once, when the script reads it")
    func signedURL() async throws {
        let folder = try ScriptFolder()
        let journal = GivenJournal(recorded: ["create 1": try Self.succeeded("p-1")])
        let transport = ScriptedTransport(
            [],
            then: .ok([
                "taskId": "p-1", "status": "succeeded", "result": ["image": "https://cdn.test/p-1.png?sign=new"],
            ]))
        let host = try host(in: folder, journal: journal, transport: transport)
        let result = try await folder.run(
            """
            local out = run('w')
            local name = out.image.filename
            local function first() return coroutine.yield(out.image.url) end
            -- Lua cannot wait in there.
            local early = ("x"):gsub("x", function() return out.image.url end)
            return name, early, coroutine.wrap(first)(), out.image.url, tostring(out.image)
            """, host: host)
        let url = "https://cdn.test/p-1.png?sign=new"
        #expect(result.map(\.text) == ["p-1.png", "https://cdn.test/p-1.png", url, url, url])
        // Its progress and its result.
        #expect(transport.requests.count == 2)
    }

    @Test("The identity of a create does not depend on the signature of an output's URL in its text")
    func embeddedURL() async throws {
        let folder = try ScriptFolder()
        func digests(_ signature: String) async throws -> [String?] {
            let journal = GivenJournal(recorded: ["create 1": try Self.succeeded("p-1")])
            let transport = ScriptedTransport(
                [],
                then: .ok([
                    "taskId": "p-1", "status": "succeeded",
                    "result": ["image": .string("https://cdn.test/p-1.png?sign=\(signature)")],
                ]))
            let script = """
                local url = run('w').image.url
                create('w', { prompt = "like " .. url .. ", in red" })
                create('w', { prompt = url .. " in red" })
                create('w', { prompt = url .. " in blue" })
                create('w', { prompt = "like https://other.test/a.png?v=\(signature)" })
                """
            try await folder.run(script, host: try host(in: folder, journal: journal, transport: transport))
            return journal.claims.dropFirst().map { $0.identity?.digest }
        }
        let (first, second) = (try await digests("a"), try await digests("b"))
        #expect(first.prefix(3) == second.prefix(3) && Set(first).count == 4)
        // Of what is not an output nothing is known: other parameters are another input.
        #expect(first.last != second.last)
    }

    @Test("once removes signatures from the URLs that it keeps")
    func onceURL() async throws {
        let folder = try ScriptFolder()
        let journal = GivenJournal()
        let script = "return speedpix.once('u', function() return { a = 'https://a.test/x?token=s' } end).a"
        let result = try await folder.run(
            script, host: try host(in: folder, journal: journal, transport: ScriptedTransport([])))
        #expect(result.map(\.text) == ["https://a.test/x"])
        #expect(!"\(journal.values)".contains("token"))
    }

    @Test("The URL of a recorded output can be an input though the service no longer has the output")
    func expiredURL() async throws {
        let folder = try ScriptFolder()
        let journal = GivenJournal(recorded: [
            "create 1": try Self.succeeded("p-1"), "create 2": try Self.succeeded("p-2"),
        ])
        let transport = ScriptedTransport([], then: .refusal("TaskNotFound", "there is no such task"))
        let result = try await folder.run(
            "local out = run('w') return create('next', { image = out.image.url }).id",
            host: try host(in: folder, journal: journal, transport: transport))
        #expect(result.map(\.text) == ["p-2"])
    }

    @Test("A create with a recorded output that the service no longer has is an error and not sent")
    func expired() async throws {
        let folder = try ScriptFolder()
        let journal = GivenJournal(recorded: ["create 1": try Self.succeeded("p-1")])
        let transport = ScriptedTransport(
            [],
            then: .choosing { request in
                if request.url.hasSuffix("create") { return Self.created }
                return .refusal("TaskNotFound", "there is no such task")
            })
        let error = await folder.failure(
            "local out = run('w') create('next', { image = out.image })",
            host: try host(in: folder, journal: journal, transport: transport))
        #expect(error?.code == "output_expired" && error?.value.tableValue?["hint"] != nil)
        #expect(!transport.requests.contains { $0.url.hasSuffix("create") })
    }

    @Test("once runs its function once in a run, also for tasks at the same time, and again if it failed")
    func once() async throws {
        let folder = try ScriptFolder()
        let journal = GivenJournal()
        let script = """
            local calls = 0
            local function make() calls = calls + 1 speedpix.sleep(0.1) return { n = calls, list = { 1, 2 } } end
            local values = speedpix.map({ 1, 2, 3 }, function() return speedpix.once("made", make).n end)
            local ok = pcall(speedpix.once, "failed", function() error("no") end)
            return table.concat(values, " "), tostring(ok), speedpix.once("failed", function() return "now" end),
              tostring(speedpix.once("none", function() end)), tostring(calls)
            """
        #expect(
            try await folder.run(script, host: try host(in: folder, journal: journal, transport: ScriptedTransport([])))
                == ["1 1 1", "false", "now", "nil", "1"])
        // Run again, it has them.
        let again = GivenJournal(values: journal.values)
        #expect(
            try await folder.run(
                "return tostring(speedpix.once('made', error).n), speedpix.once('failed', error)",
                host: try host(in: folder, journal: again, transport: ScriptedTransport([]))) == ["1", "now"])
    }

    @Test("once does not change the random numbers and positions that follow it")
    func onceAside() async throws {
        let folder = try ScriptFolder()
        let script = """
            local style = speedpix.once("style", function()
              create("w")
              return math.random(1000)
            end)
            return tostring(math.random(1 << 40)), create("w").id
            """
        let transport = ScriptedTransport([], then: Self.created)
        func run(_ journal: GivenJournal) async throws -> (String?, [String?]) {
            let host = try host(in: folder, journal: journal, transport: transport)
            let results = try await SpeedPixModule.makeVM(host, seed: 3).run(LuaChunk(script, name: "s"))
            return (results.first?.text, journal.claims.map { $0.position?.rawValue })
        }
        let journal = GivenJournal()
        let first = try await run(journal)
        #expect(first.1 == ["once style 1/create 1", "create 1"])
        let again = try await run(GivenJournal(values: journal.values))
        #expect(again.0 == first.0 && again.1 == ["create 1"])
    }

    @Test(
        "once refuses values that it cannot keep and calls of itself",
        arguments: [
            ("speedpix.once('x', function() return print end)", "the value of speedpix.once(\"x\", …) cannot be kept"),
            ("speedpix.once('n', function() return speedpix.once('n', print) end)", "its own function asks for it"),
            (
                "speedpix.once('u', function() return { ['\\u{E9}'] = 1, ['e\\u{301}'] = 2 } end)",
                "the value of speedpix.once(\"u\", …) cannot be kept"
            ),
            ("speedpix.once('', print)", "is empty"), ("speedpix.once('x')", "must be a function"),
        ])
    func badOnce(script: String, message: String) async throws {
        let folder = try ScriptFolder()
        let error = await folder.failure(script, host: try folder.host())
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "none")")
    }
}
