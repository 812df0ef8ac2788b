import SpeedPix
import SpeedPixTestSupport
import Testing

@Suite("Updates and batches")
struct UpdatesTests {
    @Test("updates yields each change of a prediction")
    func updatesYieldChanges() async throws {
        let service = try ScriptedService(
            .progress("waiting"), .progress("running", ["progress": 0.5]), .progress("running", ["progress": 0.5]),
            .progress("succeeded"), .result)
        var seen: [String] = []
        for try await prediction in service.predictions.updates(of: Prediction(id: "t-1")) {
            seen.append("\(prediction.status) \(prediction.progress.fraction) \(prediction.output != nil)")
        }
        #expect(seen == ["running 0.5 false", "succeeded 1.0 true"])
    }

    @Test("updates ends with the failed prediction")
    func aFailureIsTheLastElement() async throws {
        let service = try ScriptedService(.progress("failed", ["message": "bad"]), .ok(["status": "failed"]))
        var last: Prediction?
        for try await prediction in service.predictions.updates(of: Prediction(id: "t-1")) { last = prediction }
        #expect(last?.status == .failed)
        #expect(last?.error == "bad")
    }

    @Test(
        "updates tells the journal of the end, with and without an interval",
        arguments: ["succeeded", "failed", "canceled"], [nil, Duration.seconds(3600)])
    func endIsRecorded(status: String, interval: Duration?) async throws {
        let journal = MemoryJournal()
        let service = try ScriptedService(
            .ok(["taskId": "t-1"]), .progress("running", ["progress": 0.5]), .progress(status),
            .ok(["status": .string(status), "result": ["image": "https://cdn.test/a.png"]]), journal: journal)
        let created = try await service.create()
        var known: [Int] = []
        for try await _ in service.predictions.updates(of: created, atLeastEvery: interval) {
            known.append(journal.unfinished.count)
        }
        #expect(known == [1, 0])
    }

    /// It is known to have failed; that its details cannot be had must not keep anybody waiting.
    @Test("A failed prediction whose reason cannot be fetched fails its wait")
    func failureWithoutItsReason() async throws {
        let service = try ScriptedService(.progress("failed"), then: .text("", status: 503))
        let error = try await speedPixError { try await service.wait() }
        #expect(error.code == .predictionFailed)
        #expect(error.message.contains("503"))
        #expect(service.requests.count == 5)
    }

    @Test("updates sends no poll after its reader has stopped")
    func noPollsWithoutAReader() async throws {
        let service = try ScriptedService(.progress("running", ["progress": 0.1]))
        for try await _ in service.predictions.updates(of: Prediction(id: "t-1")) { break }
        #expect(service.requests.count == 1)
    }

    @Test("updates fails at its timeout")
    func aDeadlineIsAnError() async throws {
        let service = try ScriptedService(then: .progress("running"))
        let updates = service.predictions.updates(
            of: Prediction(id: "t-1"), options: WaitOptions(timeout: .seconds(20)))
        let error = try await speedPixError { for try await _ in updates {} }
        #expect(error.code == .timeout)
    }

    // MARK: Batches

    /// A service that knows how each prediction ends.
    private func batch(_ ends: [String: String]) throws -> ScriptedService {
        try ScriptedService(
            then: .choosing { request in
                let id = request.json["taskId"]?.stringValue ?? ""
                var answer: [String: JSONValue] = ["taskId": .string(id), "status": .string(ends[id] ?? "running")]
                if request.path.hasSuffix("result") { answer["result"] = ["name": .string(id)] }
                return .ok(.object(answer))
            })
    }

    /// A transport that cancels itself is a failure like any other: each prediction has its place in the results.
    @Test("A batch has a result for each prediction when the transport is cancelled")
    func batchWithCancelledTransport() async throws {
        let service = try ScriptedService(then: ScriptedReply("cancels itself") { _ in throw CancellationError() })
        let results = try await service.predictions.wait(forAll: ["a", "b"].map(Prediction.init))
        #expect(results.count == 2)
        for result in results { #expect(throws: (any Error).self) { try result.get() } }
    }

    @Test("Each prediction of a batch succeeds or fails by itself")
    func batchHasSeparateResults() async throws {
        let service = try batch(["a": "succeeded", "b": "failed", "c": "succeeded"])
        let results = try await service.predictions.wait(forAll: ["a", "b", "c"].map(Prediction.init))
        #expect(results.count == 3)
        #expect(try results[0].get().output?["name"] == "a")
        #expect(try results[2].get().output?["name"] == "c")
        let error = try #require(throws: SpeedPixError.self) { try results[1].get() }
        #expect(error.code == .predictionFailed)
        #expect(error.prediction?.id == "b")
    }

    @Test("An empty batch returns at once")
    func emptyBatch() async throws {
        #expect(try await ScriptedService().predictions.wait(forAll: []).isEmpty)
    }

    @Test("A batch waits for a thousand predictions at once")
    func aThousandAreWaitedForAtOnce() async throws {
        let ids = (0..<1000).map { "t-\($0)" }
        let service = try batch(Dictionary(uniqueKeysWithValues: ids.map { ($0, "succeeded") }))
        var indices: Set<Int> = []
        for try await completed in service.predictions.completed(of: ids.map(Prediction.init)) {
            #expect(try completed.result.get().id == ids[completed.index])
            indices.insert(completed.index)
        }
        #expect(indices.count == 1000)
    }

    @Test("A cancelled batch ends at once")
    func aCancelledBatchEnds() async throws {
        let clock = ManualClock()
        let service = try ScriptedService(clock: clock)
        let task = Task { try await service.predictions.wait(forAll: [Prediction(id: "a"), Prediction(id: "b")]) }
        await clock.waitForSleepers(1)
        task.cancel()
        await #expect(throws: CancellationError.self) { _ = try await task.value }
    }
}
