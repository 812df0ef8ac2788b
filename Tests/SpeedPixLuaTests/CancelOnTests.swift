import LuaRuntime
import SpeedPix
import SpeedPixLua
import SpeedPixTestSupport
import Synchronization
import Testing

@Suite("The option cancel_on")
struct CancelOnTests {
    /// A service where predictions run for ever, and what it was told.
    private final class Service: Sendable {
        let transport: ScriptedTransport
        let events = Mutex<[ScriptEvent]>([])

        init(cancel: ScriptedReply? = nil) {
            let ids = Atomic(0)
            transport = ScriptedTransport(
                [],
                then: .choosing { request in
                    switch request.path {
                    case "/scc/comfy_prompt":
                        .ok(["taskId": .string("t-\(ids.add(1, ordering: .relaxed).newValue)"), "status": "waiting"])
                    case "/scc/comfy_cancel":
                        cancel ?? .ok(["taskId": request.json["taskId"] ?? .null, "status": "canceled"])
                    case "/scc/comfy_get_progress":
                        .ok(["taskId": request.json["taskId"] ?? .null, "status": "running"])
                    default: .silence
                    }
                })
        }

        var canceled: Set<String> {
            Set(
                transport.requests.filter { $0.path == "/scc/comfy_cancel" }
                    .compactMap { $0.json["taskId"]?.stringValue })
        }

        func host(_ folder: ScriptFolder, cancelsOnStop: Bool = false) throws -> ScriptHost {
            var host = try folder.host(transport: transport)
            host.cancelsOnStop = cancelsOnStop
            return host
        }
    }

    @Test(
        "cancel_on timeout or stop cancels the prediction at the timeout of its wait",
        arguments: [("\"timeout\"", ["t-1"]), ("\"stop\"", ["t-1"]), ("nil", []), ("false", [])])
    func ownTimeout(word: String, canceled: [String]) async throws {
        let folder = try ScriptFolder()
        let service = Service()
        let results = try await folder.run(
            """
            local ok, e = pcall(run, "wf-1", {}, { timeout = 5, cancel_on = \(word) })
            return e.code, e.prediction.id, e.prediction.status
            """, host: try service.host(folder))
        #expect(results == ["timeout", "t-1", canceled.isEmpty ? "running" : "canceled"])
        #expect(service.canceled == Set(canceled))
    }

    @Test(
        "cancel_on stop cancels the prediction when timeout, map, all or a cancel stops the wait",
        arguments: [("stop", true), ("timeout", false)])
    func stops(word: String, isCanceled: Bool) async throws {
        for body in [
            "pcall(speedpix.timeout, 1, function() wait(job, { cancel_on = WORD }) end)",
            "pcall(speedpix.map, { 1, 2 }, function(i) if i == 1 then wait(job, { cancel_on = WORD }) end"
                + " repeat speedpix.sleep(0.1) until job.status == 'running' error('x') end, { on_error = 'cancel' })",
            "pcall(speedpix.all, { speedpix.spawn(function() wait(job, { cancel_on = WORD }) end),"
                + " speedpix.spawn(function() repeat speedpix.sleep(0.1) until job.status == 'running' error('x') end) }, { on_error = 'cancel' })",
            "local t = speedpix.spawn(function() wait(job, { cancel_on = WORD }) end)"
                + " repeat speedpix.sleep(0.1) until job.status == 'running' t:cancel() pcall(t.join, t)",
        ] {
            let folder = try ScriptFolder()
            let service = Service()
            let vm = try LuaVM(
                modules: SpeedPixModule.modules(try service.host(folder)), clock: ImmediateClock())
            let script = "local job = create('wf-1')\n" + body.replacing("WORD", with: "'\(word)'")
            try await vm.run(LuaChunk(script, name: "main.lua"))
            #expect(service.canceled == (isCanceled ? ["t-1"] : []), "\(body)")
        }
    }

    @Test("A run with cancelsOnStop cancels what it created, unless cancel_on is false")
    func byDefault() async throws {
        let folder = try ScriptFolder()
        let service = Service()
        let host = try service.host(folder, cancelsOnStop: true)
        let run = Task {
            try await folder.run(
                """
                speedpix.spawn(function() run("wf-1") end)
                speedpix.spawn(function() run("wf-1", {}, { cancel_on = false }) end)
                speedpix.spawn(function() wait(speedpix.get("earlier")) end)
                """, host: host)
        }
        while Set(
            service.transport.requests.filter { $0.path == "/scc/comfy_get_progress" }
                .compactMap { $0.json["taskId"]?.stringValue }
        ).count < 3 { await Task.yield() }
        run.cancel()
        _ = await run.result
        let first = service.transport.requests.first { $0.path == "/scc/comfy_prompt" }
        #expect(first != nil)
        // What an earlier run created is not this one's to end.
        #expect(service.canceled.count == 1 && !service.canceled.contains("earlier"), "\(service.canceled)")
    }

    @Test("Leaving a completed loop cancels no prediction")
    func leavingACompletedLoop() async throws {
        let folder = try ScriptFolder()
        let service = Service()
        let host = try service.host(folder, cancelsOnStop: true)
        let results = try await folder.run(
            """
            local job = create("wf-1")
            for ended in speedpix.completed { job, speedpix.spawn(function() end) } do break end
            return job:reload().status
            """, host: host)
        #expect(results == ["running"] && service.canceled.isEmpty)
    }

    @Test(
        "A stopped run does not cancel predictions for which the script has set cancel_on",
        arguments: ["false", "'timeout'"])
    func ownCancelOnIsKept(word: String) async throws {
        let folder = try ScriptFolder()
        let service = Service()
        let host = try service.host(folder, cancelsOnStop: true)
        let run = Task { try await folder.run("run('wf-1', {}, { cancel_on = \(word) })", host: host) }
        while !service.transport.requests.contains(where: { $0.path == "/scc/comfy_get_progress" }) {
            await Task.yield()
        }
        run.cancel()
        _ = await run.result
        await host.cancelAbandoned([Prediction(id: "t-1"), Prediction(id: "t-2")])
        #expect(service.canceled == ["t-2"])
    }

    @Test("Events report canceled predictions and those that could not be canceled")
    func events() async throws {
        let folder = try ScriptFolder()
        for (reply, isCanceled) in [(nil, true), (ScriptedReply.text("", status: 404), false)] {
            let service = Service(cancel: reply)
            var host = try service.host(folder)
            host.onEvent = { event in service.events.withLock { $0.append(event) } }
            try await folder.run("pcall(run, 'wf-1', {}, { timeout = 5, cancel_on = 'timeout' })", host: host)
            let told = service.events.withLock { events in
                events.contains { event in
                    switch event {
                    case .ended(let prediction): prediction.id == "t-1" && prediction.status == .canceled
                    case .notCanceled(let id, let error): id == "t-1" && error.code == .unsupported && !isCanceled
                    default: false
                    }
                }
            }
            #expect(told)
        }
    }

    @Test("A prediction that could not be canceled is reported once, however often that was tried")
    func onceReported() async throws {
        let service = Service(cancel: .text("", status: 404))
        var host = try service.host(try ScriptFolder())
        host.onEvent = { event in service.events.withLock { $0.append(event) } }
        for _ in 1...2 { await host.cancelAbandoned([Prediction(id: "t-1")]) }
        #expect(service.events.withLock(\.count) == 1)
    }

    @Test("cancel_on with another value is refused before anything is created", arguments: ["'always'", "true", "5"])
    func mistakes(word: String) async throws {
        let folder = try ScriptFolder()
        let service = Service()
        let error = await folder.failure(
            "run('wf-1', {}, { cancel_on = \(word) })", host: try service.host(folder))
        #expect(error?.code == "invalid_argument")
        #expect(error?.message.contains("cancel_on must be \"timeout\", \"stop\" or false") == true)
        #expect(service.transport.requests.isEmpty)
    }
}
