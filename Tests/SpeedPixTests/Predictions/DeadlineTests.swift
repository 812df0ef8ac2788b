import SpeedPix
import SpeedPixTestSupport
import Testing

@Suite("The timeout of a wait")
struct DeadlineTests {
    private func options(timeout: Duration, interval: Duration? = nil) -> WaitOptions {
        var options = WaitOptions()
        options.timeout = timeout
        options.pollingInterval = interval
        return options
    }

    private func expectTimeout(_ error: SpeedPixError, _ sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(error.code == .timeout, sourceLocation: sourceLocation)
        #expect(error.prediction?.id == "t-1", sourceLocation: sourceLocation)
        #expect(error.isRetryable, sourceLocation: sourceLocation)
        #expect(error.remedy?.contains("t-1") == true, sourceLocation: sourceLocation)
    }

    /// Whatever polls find, a wait asks on until its deadline and a last look at it, and never longer.
    @Test(
        "A wait polls until its timeout and then fails with the prediction's id",
        arguments: [ScriptedReply.progress("running"), .text("", status: 502), .text("garbage"), .progress("paused")])
    func waitEndsAtItsTimeout(_ reply: ScriptedReply) async throws {
        let clock = ImmediateClock()
        let service = try ScriptedService(then: reply, clock: clock)
        let error = try await speedPixError { try await service.wait(options(timeout: .seconds(60))) }
        expectTimeout(error)
        #expect(clock.now.offset >= .seconds(60))
        // This clock counts sleeps that run side by side one after the other: up to 10 s, the longest that it skips.
        #expect(clock.now.offset <= .seconds(70))
        #expect(service.requests.count > 8)
    }

    @Test("A wait whose result cannot be fetched ends at its timeout")
    func missingResult() async throws {
        let clock = ImmediateClock()
        let service = try ScriptedService(.progress("succeeded"), then: .text("", status: 503), clock: clock)
        let error = try await speedPixError { try await service.wait(options(timeout: .seconds(60))) }
        expectTimeout(error)
        #expect(error.prediction?.status == .succeeded)
        #expect(clock.now.offset <= .seconds(70))
    }

    @Test("A poll that hangs ends at the timeout of its wait")
    func hangingPoll() async throws {
        let clock = ManualClock()
        let service = try ScriptedService(then: .silence, clock: clock)
        let options = options(timeout: .seconds(10), interval: .seconds(4))
        let task = Task { try await service.wait(options) }
        await clock.waitForSleepers(1)
        clock.advance(by: .milliseconds(310))
        await service.transport.waitForRequests(1)
        // The call's own limit would be 30 s; it gets what is left of the wait.
        await clock.waitForSleepers(1)
        clock.advance(by: .seconds(9.7))
        expectTimeout(try await speedPixError { try await task.value })
        #expect(service.requests.count == 1)
        #expect(clock.sleeperCount == 0)
    }

    @Test("A wait whose polling interval exceeds its timeout polls once at the end", arguments: [true, false])
    func intervalBeyondTheTimeout(isDone: Bool) async throws {
        let clock = ManualClock()
        let service = try ScriptedService(.progress(isDone ? "succeeded" : "running"), .result, clock: clock)
        let options = options(timeout: .milliseconds(200), interval: .seconds(60))
        let task = Task { try await service.wait(options) }
        await clock.waitForSleepers(1)
        clock.advance(by: .milliseconds(200))
        if isDone {
            #expect(try await task.value.status == .succeeded)
        } else {
            expectTimeout(try await speedPixError { try await task.value })
            #expect(service.requests.count == 1)
        }
    }

    @Test("A timeout of zero fails without a request")
    func zeroTimeout() async throws {
        let service = try ScriptedService()
        expectTimeout(try await speedPixError { try await service.wait(options(timeout: .zero)) })
        #expect(service.requests.isEmpty)
    }

    // MARK: Without a timeout

    @Test("A wait without a timeout goes on for as long as the service says that the prediction does")
    func aLongJobIsWaitedFor() async throws {
        let clock = ImmediateClock()
        let end = Duration.seconds(9 * 3600)
        let service = try ScriptedService(
            then: .choosing { request in
                if request.path.hasSuffix("result") { return .result }
                return clock.now.offset < end ? .progress("running") : .progress("succeeded")
            }, clock: clock)
        #expect(try await service.wait(WaitOptions(pollingInterval: .seconds(10))).status == .succeeded)
        #expect(clock.now.offset >= end)
    }

    @Test(
        "A wait without a timeout ends after half an hour without a valid answer",
        arguments: [ScriptedReply.text("", status: 502), .text("garbage"), .progress("paused")])
    func aSilentServiceIsGivenUp(_ reply: ScriptedReply) async throws {
        let clock = ImmediateClock()
        let service = try ScriptedService(.progress("running"), then: reply, clock: clock)
        let error = try await speedPixError { try await service.wait(WaitOptions(pollingInterval: .seconds(9))) }
        expectTimeout(error)
        #expect(error.message.contains("1800 s"))
        #expect(clock.now.offset >= .seconds(1800) && clock.now.offset < .seconds(1900))
    }

    @Test("A wait without a timeout goes on while progress changes under an unknown status")
    func progressIsASignOfLife() async throws {
        let clock = ImmediateClock()
        let service = try ScriptedService(
            then: .choosing { request in
                let hours = clock.now.offset / .seconds(3600)
                if request.path.hasSuffix("result") { return .result }
                return hours < 2 ? .progress("crunching", ["progress": .double(hours / 2)]) : .progress("succeeded")
            }, clock: clock)
        #expect(try await service.wait(WaitOptions(pollingInterval: .seconds(10))).status == .succeeded)
    }

    @Test("A wait accepts a timeout of any length", arguments: [Duration.seconds(Int64.max), .seconds(1e15)])
    func hugeTimeouts(timeout: Duration) async throws {
        let service = try ScriptedService(.progress("running"), .progress("succeeded"), .result)
        #expect(try await service.wait(WaitOptions(timeout: timeout)).status == .succeeded)
        let run = try ScriptedService(.ok(["taskId": "t-1"]), .progress("succeeded"), .result)
        let options = RunOptions(wait: WaitOptions(timeout: timeout, idleTimeout: timeout))
        #expect(try await run.predictions.run("wf-1", input: [:], options: options).status == .succeeded)
        // Its upload has a deadline on a clock of its own.
        let upload = try ScriptedService(
            .ok(["uploadUrl": "https://store.test/put", "accessUrl": "https://store.test/a", "objectKey": "k"]),
            .text(""), .ok(["taskId": "t-1"]), .progress("succeeded"), .result, clock: TimerClock())
        let file = InputValue.file(.bytes([1], filename: "a.png"))
        #expect(
            try await upload.predictions.run("wf-1", input: ["image": file], options: options).status == .succeeded)
    }

    @Test("A result that never parses ends a wait as an invalid response, and not as a timeout")
    func resultWithoutEnd() async throws {
        let clock = ImmediateClock()
        let service = try ScriptedService(
            then: .choosing { request in
                request.path.hasSuffix("result") ? .text("{\"status\":1,\"da") : .progress("succeeded")
            }, clock: clock)
        let error = try await speedPixError { try await service.wait(WaitOptions(timeout: .seconds(3600))) }
        #expect(error.code == .invalidResponse && error.prediction?.id == "t-1")
        #expect(service.requests.count < 80)
    }

    @Test(
        "A duration is formatted in seconds",
        arguments: [(Duration.seconds(90), "90 s"), (.milliseconds(2500), "2.5 s"), (.zero, "0 s")])
    func formattedDurations(duration: Duration, text: String) {
        #expect(duration.formattedSeconds == text)
    }
}
