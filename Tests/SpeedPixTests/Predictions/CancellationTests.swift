import SpeedPix
import SpeedPixTestSupport
import Testing

@Suite("Cancelling tasks")
struct CancellationTests {
    @Test func aWaitThatSleepsEndsAtOnce() async throws {
        let clock = ManualClock()
        let service = try ScriptedService(clock: clock)
        let task = Task { try await service.wait() }
        await clock.waitForSleepers(1)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(service.requests.isEmpty)
        #expect(clock.sleeperCount == 0)
    }

    @Test(arguments: [0, 1])
    func aWaitWithinACallEndsAtOnce(goodPolls: Int) async throws {
        let service =
            goodPolls == 0
            ? try ScriptedService(then: .silence) : try ScriptedService(.progress("succeeded"), then: .silence)
        let task = Task { try await service.wait() }
        await service.transport.waitForRequests(goodPolls + 1)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(service.requests.count == goodPolls + 1)
    }

    @Test func aCallThatWaitsForItsRetryEndsAtOnce() async throws {
        let clock = ManualClock()
        let service = try ScriptedService(then: .text("", status: 503, headers: [.retryAfter: "50"]), clock: clock)
        let task = Task { try await service.predictions.get("t-1") }
        await service.transport.waitForRequests(1)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(service.requests.count == 1)
    }

    @Test func aCreateUnderWayStillTellsItsPrediction() async throws {
        let (gate, opener) = AsyncStream<Void>.makeStream()
        let slow = ScriptedReply { request in
            for await _ in gate {}
            // A transport gives up when it is cancelled; it must not be.
            try Task.checkCancellation()
            return try await ScriptedTransport([.ok(["taskId": "t-1"])]).send(
                TransportRequest(method: request.method, url: request.url, timeout: .seconds(1)))
        }
        let service = try ScriptedService(slow)
        let task = Task { try await service.create() }
        await service.transport.waitForRequests(1)
        task.cancel()
        opener.finish()
        #expect(try await task.value.id == "t-1")
        #expect(service.requests.count == 1)
    }

    @Test func aCreateThatIsCancelledBeforehandSendsNothing() async throws {
        let (gate, opener) = AsyncStream<Void>.makeStream()
        let service = try ScriptedService(.ok(["taskId": "t-1"]))
        let task = Task {
            for await _ in gate {}
            return try await service.create()
        }
        task.cancel()
        opener.finish()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(service.requests.isEmpty)
    }

    @Test func aThrottledCreateThatIsCancelledIsNotSentAgain() async throws {
        let clock = ManualClock()
        let service = try ScriptedService(then: .text("", status: 429), clock: clock)
        let task = Task { try await service.create() }
        await service.transport.waitForRequests(1)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(service.requests.count == 1)
    }
}
