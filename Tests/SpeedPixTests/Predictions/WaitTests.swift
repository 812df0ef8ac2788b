import SpeedPix
import SpeedPixTestSupport
import Synchronization
import Testing

@Suite("Waits for predictions")
struct WaitTests {
    @Test("A wait polls until the prediction has succeeded and fetches its output")
    func aWaitFollowsAPredictionToItsOutput() async throws {
        let service = try ScriptedService(
            .progress("waiting"), .progress("running", ["progress": 0.5]), .progress("successed"), .result)
        let done = try await service.wait()
        #expect(done.status == .succeeded)
        #expect(done.output?["image"] == "https://cdn.test/a.png")
        #expect(
            service.paths == Array(repeating: "/scc/comfy_get_progress", count: 3) + ["/scc/comfy_get_result"])
        #expect(service.requests.allSatisfy { $0.json == ["taskId": "t-1"] })
    }

    @Test("A wait goes on while the status is an unknown word")
    func unknownStatusGoesOn() async throws {
        let service = try ScriptedService(.progress("paused"), .progress("PAUSED"), .progress("succeeded"), .result)
        #expect(try await service.wait().status == .succeeded)
    }

    @Test("A wait reports progress only when it has changed")
    func onlyChangesAreReported() async throws {
        let service = try ScriptedService(
            .progress("waiting"), .progress("running", ["progress": 0.1]), .progress("running", ["progress": 0.1]),
            .progress("running", ["progress": 0.9]), .progress("succeeded"), .result)
        let seen = Mutex<[Double]>([])
        var options = WaitOptions()
        options.onProgress = { prediction in seen.withLock { $0.append(prediction.progress.fraction) } }
        try await service.wait(options)
        #expect(seen.withLock { $0 } == [0.1, 0.9, 0.9])
    }

    /// The result's word is the later one.
    @Test("A wait polls on when the result says that the prediction is still running")
    func aResultThatIsStillRunningIsWaitedFor() async throws {
        let service = try ScriptedService(
            .progress("succeeded"), .ok(["status": "running"]), .progress("succeeded"), .result)
        #expect(try await service.wait().output?["image"] != nil)
        #expect(service.requests.count == 4)
    }

    /// The official clients sleep before they look for the first time.
    @Test(
        "A wait polls for the first time after 0.3 s, whatever the interval",
        arguments: [nil, .seconds(3), .seconds(60)] as [Duration?])
    func endedPrediction(interval: Duration?) async throws {
        let clock = ImmediateClock()
        let service = try ScriptedService(.progress("succeeded"), .result, clock: clock)
        try await service.wait(WaitOptions(pollingInterval: interval))
        #expect(clock.now.offset <= .milliseconds(310))
    }

    @Test("A wait keeps to a fixed polling interval")
    func fixedIntervalsAreKept() async throws {
        let clock = ImmediateClock()
        let service = try ScriptedService(
            .progress("running"), .progress("running"), .progress("succeeded"), .result, clock: clock)
        try await service.wait(WaitOptions(pollingInterval: .seconds(3)))
        #expect(clock.now.offset >= .seconds(6.2) && clock.now.offset <= .seconds(6.4))
    }

    // MARK: Ends that are errors

    /// A wait for a prediction that ends so.
    private func failure(_ replies: ScriptedReply...) async throws -> SpeedPixError {
        let transport = try ScriptedService(replies[0], replies.count > 1 ? replies[1] : .result)
        return try await speedPixError { try await transport.wait() }
    }

    @Test("A wait for a prediction that fails throws its message")
    func failedPrediction() async throws {
        let error = try await failure(
            .progress("failed", ["message": "out of memory"]), .ok(["status": "failed", "result": nil]))
        #expect(error.code == .predictionFailed)
        #expect(error.message == "out of memory")
        #expect(error.prediction?.id == "t-1")
        #expect(error.prediction?.status == .failed)
        #expect(error.prediction?.output == nil)
    }

    @Test("A wait takes the reason of a failure from the result if progress has none")
    func reasonFromTheResult() async throws {
        let error = try await failure(.progress("failed"), .ok(["status": "failed", "info": ["message": "bad node"]]))
        #expect(error.message == "bad node")
        #expect(error.prediction?.error == "bad node")
    }

    @Test("A wait reports a failed prediction as failed when its result is refused")
    func failedPredictionWithRefusedResult() async throws {
        let error = try await failure(.progress("failed"), .refusal("TaskFailed", "node 7 crashed"))
        #expect(error.code == .predictionFailed)
        #expect(error.message == "node 7 crashed")
        #expect(error.prediction?.status == .failed)
    }

    @Test("A wait fails when only the result says that the prediction has failed")
    func aTaskThatFailsOnlyInItsResultFails() async throws {
        let error = try await failure(.progress("succeeded"), .ok(["status": "failed", "message": "late"]))
        #expect(error.code == .predictionFailed)
        #expect(error.message == "late")
    }

    @Test("A wait says when a failed prediction gave no reason")
    func aFailureWithoutAReasonSaysSo() async throws {
        #expect(try await failure(.progress("failed"), .ok(["status": "failed"])).message.contains("without a reason"))
    }

    @Test("A wait for a canceled prediction fails as canceled", arguments: ["canceled", "cancelled"])
    func canceledPrediction(_ word: String) async throws {
        let error = try await failure(.progress(word), .refusal("NoResult", "no result"))
        #expect(error.code == .canceled)
        #expect(error.prediction?.status == .canceled)
    }

    // MARK: Bad polls

    @Test(
        "A wait goes on after nine bad polls in a row",
        arguments: [
            ScriptedReply.text("", status: 502), .reset, .refusedConnection, .text("garbage"), .text(""), .ok([:]),
            .text("", status: 429), .body([[0x7B]], then: TransportError("truncated", mayHaveReachedService: true)),
        ])
    func badPollsNeverEndAWait(_ reply: ScriptedReply) async throws {
        // Nine in a row are more than one call's tries.
        let service = try ScriptedService(
            reply, reply, reply, reply, reply, reply, reply, reply, reply, .progress("running"), reply,
            .progress("succeeded"), .result)
        #expect(try await service.wait().status == .succeeded)
        #expect(service.requests.count == 13)
    }

    @Test(
        "A wait fetches a result after five failed tries",
        arguments: [ScriptedReply.text("", status: 503), .text("garbage"), .reset])
    func resultAfterFailures(_ reply: ScriptedReply) async throws {
        let service = try ScriptedService(.progress("succeeded"), reply, reply, reply, reply, reply, .result)
        #expect(try await service.wait().output?["image"] != nil)
    }

    @Test(
        "A wait ends when a poll is refused, and the error has the prediction",
        arguments: [
            ScriptedReply.refusal("NoSuchTask", "no such task"), .gateway("Invalid Signature"),
            .gateway("Invalid AppKey"),
            .text("", status: 404), .refusal("SYSTEM", "接口不存在"), .refusal("E1", "任务不存在"),
        ])
    func aRefusalEndsTheWaitAndNamesThePrediction(_ reply: ScriptedReply) async throws {
        let service = try ScriptedService(.progress("running"), reply)
        let error = try await speedPixError { try await service.wait() }
        #expect(error.prediction?.id == "t-1")
        #expect(error.prediction?.status == .running)
        #expect(service.requests.count == 2)
    }

    /// The official client makes a failed task of it, and forgets the code.
    @Test("A refused poll keeps the service's code and is not reported as a failed prediction")
    func refusedPollKeepsItsCode() async throws {
        let service = try ScriptedService(.progress("running"), .refusal("NoSuchTask", "no such task"))
        let error = try await speedPixError { try await service.wait() }
        #expect(error.code == .apiError)
        #expect(error.serviceCode == "NoSuchTask")
        #expect(error.message.contains("no such task"))
        #expect(error.prediction?.status == .running)
    }

    @Test("A refused result of a success is an error after two minutes of asking")
    func aRefusedResultOfASuccessIsAnError() async throws {
        let clock = ImmediateClock()
        let service = try ScriptedService(
            .progress("succeeded"), then: .refusal("Expired", "the result is gone"), clock: clock)
        let error = try await speedPixError { try await service.wait() }
        #expect(error.code == .apiError)
        #expect(error.serviceCode == "Expired")
        #expect(error.prediction?.status == .succeeded)
        #expect(clock.now.offset >= .seconds(120) && clock.now.offset < .seconds(140))
    }
}
