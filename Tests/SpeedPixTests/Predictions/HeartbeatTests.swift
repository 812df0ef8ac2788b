import SpeedPix
import SpeedPixTestSupport
import Testing

@Suite("Updates at least so often")
struct HeartbeatTests {
    private static let options = WaitOptions(pollingInterval: .seconds(60))

    @Test("updates tells the same prediction again when nothing has changed for an interval, without a poll")
    func heartbeat() async throws {
        let clock = ManualClock()
        let service = try ScriptedService(
            .progress("running", ["progress": 0.5]), .progress("succeeded"), .result, clock: clock)
        let updates = service.predictions.updates(
            of: Prediction(id: "t-1"), atLeastEvery: .seconds(25), options: Self.options)
        let seen = Gate()
        let task = Task {
            for try await prediction in updates { await seen.wait("\(prediction.status)") }
        }
        // The first poll, and the first interval.
        await clock.waitForSleepers(2)
        clock.advance(by: .milliseconds(300))
        #expect(await seen.arrived(1) == ["running"])
        seen.open("running")
        for count in 2...3 {
            await clock.waitForSleepers(2)
            clock.advance(by: .seconds(25))
            #expect(await seen.arrived(count).last == "running")
            #expect(service.requests.count == 1)
            seen.open("running")
        }
        await clock.waitForSleepers(2)
        clock.advance(by: .seconds(10))
        #expect(await seen.arrived(4).last == "succeeded")
        seen.open("succeeded")
        try await task.value
        #expect(service.requests.count == 3)
        #expect(clock.sleeperCount == 0)
    }

    @Test("updates tells a waiting prediction before its first poll, if that takes longer than the interval")
    func beforeTheFirstPoll() async throws {
        let clock = ManualClock()
        let service = try ScriptedService(then: .silence, clock: clock)
        let updates = service.predictions.updates(of: Prediction(id: "t-1"), atLeastEvery: .milliseconds(100))
        let task = Task { try await updates.first { _ in true } }
        await clock.waitForSleepers(2)
        clock.advance(by: .milliseconds(100))
        #expect(try await task.value?.status == .waiting)
    }

    @Test("updates with an interval tells every change, and ends with the prediction")
    func changes() async throws {
        let service = try ScriptedService(
            .progress("waiting"), .progress("running", ["progress": 0.5]), .progress("succeeded"), .result)
        var seen: [String] = []
        for try await prediction in service.predictions.updates(
            of: Prediction(id: "t-1"), atLeastEvery: .seconds(3600))
        {
            seen.append("\(prediction.status) \(prediction.progress.fraction)")
        }
        #expect(seen == ["running 0.5", "succeeded 1.0"])
    }

    @Test("updates with an interval fails at its timeout, and then cancels if it is told to")
    func timeout() async throws {
        let service = try ScriptedService(
            then: .choosing { $0.path.contains("cancel") ? .ok(["status": "canceled"]) : .progress("running") })
        let updates = service.predictions.updates(
            of: Prediction(id: "t-1"), atLeastEvery: .seconds(3600),
            options: WaitOptions(timeout: .seconds(20), cancelOn: .timeout))
        let error = try await speedPixError { for try await _ in updates {} }
        #expect(error.code == .timeout && error.prediction?.status == .canceled)
        #expect(service.paths.last?.contains("cancel") == true)
    }

    @Test("A cancelled loop over updates with an interval throws CancellationError, and nothing waits any more")
    func cancelled() async throws {
        let clock = ManualClock()
        let service = try ScriptedService(clock: clock)
        let updates = service.predictions.updates(of: Prediction(id: "t-1"), atLeastEvery: .seconds(5))
        let task = Task { for try await _ in updates {} }
        await clock.waitForSleepers(2)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        while clock.sleeperCount > 0 { await Task.yield() }
        #expect(service.requests.isEmpty)
    }
}
