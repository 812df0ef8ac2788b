import DequeModule
import SpeedPix
import SpeedPixTestSupport
import SystemPackage
import Testing
import _NIOFileSystem

@testable import SpeedPixGateway

@Suite("Cancels of predictions")
struct CancelTests {
    let gate = Gate()

    private func run(
        with configuration: GatewayConfiguration = configured(), body: (TestGateway) async throws -> Void
    ) async throws {
        try await TestGateway.run(
            workflows: [GatedWorkflow(id: "held", isComputing: false, gate: gate), EchoWorkflow()],
            with: configuration, body: body)
    }

    private func cancel(_ id: String, _ gateway: TestGateway) async throws -> JSONValue? {
        let answer = try await gateway.call(.cancel, ["taskId": .string(id)])
        #expect(answer.json["status"] == 10)
        #expect(answer.json["data"]?["taskId"] == .string(id))
        return answer.json["data"]?["status"]
    }

    private func queued(_ id: String, _ gateway: TestGateway) async throws -> JSONValue? {
        try await gateway.call(.progress, ["taskId": .string(id)]).json["data"]?["lastQueueRemaining"]
    }

    @Test("A waiting prediction that is canceled never starts and leaves the queue")
    func waitingPredictionIsCanceled() async throws {
        try await run(with: configured { $0.workers = 1 }) { gateway in
            var ids: [String] = []
            for name in ["a", "b", "c", "d"] { ids.append(try await gateway.create("held", ["name": .string(name)])) }
            await gate.waitForStarts(1)
            #expect(try await queued(ids[3], gateway) == 2)
            #expect(try await cancel(ids[1], gateway) == "canceled")
            #expect(try await queued(ids[2], gateway) == 0)
            #expect(try await queued(ids[3], gateway) == 1)
            gate.open("a")
            await gate.waitForStarts(2)
            gate.open("c")
            await gate.waitForStarts(3)
            #expect(gate.started == ["a", "c", "d"])
        }
    }

    @Test("A cancel stops a running prediction and frees its worker")
    func runningPredictionIsCanceled() async throws {
        try await run(with: configured { $0.workers = 1 }) { gateway in
            let first = try await gateway.create("held", ["name": "a"])
            let second = try await gateway.create("held", ["name": "b"])
            await gate.waitForStarts(1)
            gateway.clock.advance(by: .seconds(2))
            gateway.date.advance(by: .seconds(2))
            #expect(try await cancel(first, gateway) == "canceled")
            // Only the workflow's end makes room for the next one.
            await gate.waitForStarts(2)
            let progress = try await gateway.call(.progress, ["taskId": .string(first)]).json["data"]
            #expect(progress?["etaRelative"]?.lenientDouble == 0)
            gate.open("b")
            #expect(try await gateway.ended(second).status == .succeeded)
        }
    }

    /// The lane of computing workflows has one worker here: the second script runs only if the first has let go.
    @Test("A cancel stops a script that loops for ever and frees its worker", .timeLimit(.minutes(1)))
    func aScriptThatNeverEndsIsStopped() async throws {
        func script(_ id: String, _ body: String) async throws -> any LocalWorkflow {
            try await ScriptWorkflow(
                id: id, source: Array("return { inputs = {}, run = function() \(body) end }".utf8))
        }
        let workflows = [
            try await script("endless", "while true do pcall(function() while true do end end) end"),
            try await script("short", "return { text = 'done' }"),
        ]
        try await TestGateway.run(workflows: workflows, with: configured { $0.computingWorkers = 1 }) { gateway in
            let endless = try await gateway.create("endless")
            let short = try await gateway.create("short")
            #expect(try await cancel(endless, gateway) == "canceled")
            let done = try await gateway.ended(short)
            #expect(done.output?["text"] == "done")
        }
    }

    @Test("A cancel does not change a prediction that has ended")
    func endedPredictionIsUnchanged() async throws {
        try await run { gateway in
            let done = try await gateway.create("echo", ["text": "hello"])
            let failed = try await gateway.create("echo", ["fail": "on purpose"])
            for id in [done, failed] { _ = try await gateway.ended(id) }
            for _ in 0..<2 {
                #expect(try await cancel(done, gateway) == "succeeded")
                #expect(try await cancel(failed, gateway) == "failed")
            }
            #expect(try await gateway.ended(done).output?["text"] == "hello")
        }
    }

    @Test("A second cancel of a prediction is not an error")
    func cancellingTwiceIsNoError() async throws {
        try await run { gateway in
            let id = try await gateway.create("held", ["name": "a"])
            await gate.waitForStarts(1)
            for _ in 0..<3 { #expect(try await cancel(id, gateway) == "canceled") }
        }
    }

    @Test("A cancel of an unknown or missing task id, or with a wrong signature, is refused")
    func unknownTask() async throws {
        try await run { gateway in
            let unknown = try await gateway.call(.cancel, ["task_id": "nope"])
            let asked = try await gateway.call(.progress, ["taskId": "nope"])
            #expect(unknown.code == "TaskNotFound")
            #expect(unknown.message == asked.message)
            #expect(try await gateway.call(.cancel, [:]).message == "taskId is missing")
            let body = Array(#"{"taskId":"nope"}"#.utf8)
            let headers = gateway.signed(Route.cancel.rawValue, body, secret: Secret("wrong"))
            let wrong = try await gateway.send(.post, Route.cancel.rawValue, headers: headers, body: .bytes(body))
            #expect(wrong.status == 400)
        }
    }

    @Test("The client reports a canceled prediction as canceled")
    func clientReportsCanceled() async throws {
        try await run { gateway in
            let created = try await gateway.client.predictions.create("held", input: ["name": "a"])
            await gate.waitForStarts(1)
            _ = try await cancel(created.id, gateway)
            let error = await #expect(throws: SpeedPixError.self) {
                try await gateway.client.predictions.wait(for: created)
            }
            #expect(error?.code == .canceled)
            let seen = try await gateway.client.predictions.get(created.id)
            #expect(seen.status == .canceled)
            #expect(seen.output == nil)
        }
    }

    @Test("The status of a canceled task ends the wait of each official client, and its result is refused")
    func theWordForACanceledTask() async throws {
        try await run { gateway in
            let id = try await gateway.create("held", ["name": "a"])
            await gate.waitForStarts(1)
            _ = try await cancel(id, gateway)
            let progress = try await gateway.call(.progress, ["taskId": .string(id)]).json["data"]
            #expect(progress?["status"] == "failed")
            #expect(progress?["canceled"] == true)
            #expect(progress?["message"] == "the prediction was canceled")
            #expect(progress?["currentImage"] == nil)
            let result = try await gateway.call(.result, ["taskId": .string(id)])
            #expect(result.status == 200)
            #expect(result.json["status"] == 20)
            #expect(result.code == "TaskCanceled")
            #expect(result.message == "the prediction was canceled")
            #expect(result.json["data"] == nil)
        }
    }

    /// Waits at its gate whether it is cancelled or not, then makes a file.
    private struct Stubborn: LocalWorkflow {
        let id = "stubborn"
        let title = "Does not listen"
        let inputs: [WorkflowInput] = []
        let estimatedDuration: Duration = .zero
        let isComputing = true
        let gate: Gate

        func run(_ inputs: [String: WorkflowInputValue], _ task: WorkflowTask) async throws -> WorkflowResult {
            try await Task { [gate] in try await gate.hold("stubborn") }.value
            return WorkflowResult(
                outputs: ["file": .file(WorkflowOutputFile(.bytes([1]), filename: "a.bin", mimeType: "a/b"))])
        }
    }

    @Test("Files that a workflow makes after its cancel are removed")
    func filesOfACanceledRun() async throws {
        try await withDirectory { directory in
            try await TestGateway.run(
                workflows: [Stubborn(gate: gate), GatedWorkflow(id: "next", isComputing: true, gate: gate)],
                with: configured { ($0.computingWorkers, $0.dataDirectory) = (1, directory.string) }
            ) { gateway in
                let id = try await gateway.create("stubborn")
                _ = try await gateway.create("next", ["name": "next"])
                await gate.waitForStarts(1)
                #expect(try await cancel(id, gateway) == "canceled")
                // It still has its worker: nothing else may start.
                #expect(gate.started == ["stubborn"])
                gate.open("stubborn")
                await gate.waitForStarts(2)
                #expect(try await gateway.client.predictions.get(id).status == .canceled)
            }
            let left = try await FileSystem.shared.withDirectoryHandle(
                atPath: directory.appending("speedpix-gateway/results")
            ) { try await $0.listContents().reduce(into: 0) { count, _ in count += 1 } }
            #expect(left == 0)
        }
    }

    @Test("A queue finds and removes elements in the middle and keeps the order")
    func queueRemovesFromTheMiddle() {
        var fifo = Deque<Int>()
        for number in 0..<100 { fifo.append(number * 10) }
        for _ in 0..<40 { _ = fifo.popFirst() }
        #expect(fifo.partitioningIndex { $0 < 400 } == 0)
        #expect(fifo.partitioningIndex { $0 < 405 } == 1)
        #expect(fifo.partitioningIndex { $0 < 5000 } == 60)
        #expect(fifo.remove(at: 1) == 410)
        #expect(fifo.remove(at: 0) == 400)
        #expect(fifo.first == 420)
        #expect(fifo.count == 58)
        var rest: [Int] = []
        while let next = fifo.popFirst() { rest.append(next) }
        #expect(rest == (42..<100).map { $0 * 10 })
    }
}
