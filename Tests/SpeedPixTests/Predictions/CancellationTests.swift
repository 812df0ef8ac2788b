import SpeedPix
import SpeedPixTestSupport
import Testing

@Suite("Cancelled tasks")
struct CancellationTests {
    @Test("A wait that is cancelled between polls ends at once")
    func aWaitThatSleepsEndsAtOnce() async throws {
        let clock = ManualClock()
        let service = try ScriptedService(clock: clock)
        let task = Task { try await service.wait() }
        await clock.waitForSleepers(1)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(service.requests.isEmpty)
        #expect(clock.sleeperCount == 0)
    }

    @Test("A wait that is cancelled during a call ends at once", arguments: [0, 1])
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

    @Test("A call that is cancelled before its retry ends at once")
    func aCallThatWaitsForItsRetryEndsAtOnce() async throws {
        let clock = ManualClock()
        let service = try ScriptedService(then: .text("", status: 503, headers: [.retryAfter: "50"]), clock: clock)
        let task = Task { try await service.predictions.get("t-1") }
        await service.transport.waitForRequests(1)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(service.requests.count == 1)
    }

    @Test("A create that is cancelled while it is under way returns its prediction")
    func cancelledCreateReturnsItsPrediction() async throws {
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

    @Test("A create that is cancelled at a silent service is in doubt after cancelledCreateGrace")
    func cancelledCreateAtASilentService() async throws {
        let clock = ManualClock()
        // Ends with the test alone: a transport need not end when it is cancelled.
        let (gate, opener) = AsyncStream<Void>.makeStream()
        let silent = ScriptedReply("silence") { _ in
            await Task.detached { for await _ in gate {} }.value
            throw TransportError("closed", mayHaveReachedService: true)
        }
        let service = try ScriptedService(silent, clock: clock)
        let task = Task { try await speedPixError { try await service.create() } }
        await service.transport.waitForRequests(1)
        await clock.waitForSleepers(1)
        task.cancel()
        await clock.waitForSleepers(2)
        clock.advance(by: .seconds(4.9))
        #expect(clock.sleeperCount == 2)
        clock.advance(by: .seconds(0.1))
        let error = try await task.value
        #expect(error.code == .unknownOutcome)
        #expect(error.message.contains("its task was cancelled") && error.message.contains("within 5 s"), "\(error)")
        opener.finish()
    }

    @Test("A create in a task that is already cancelled sends nothing")
    func aCreateThatIsCancelledBeforehandSendsNothing() async throws {
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

    @Test("A throttled create that is cancelled is not sent again")
    func aThrottledCreateThatIsCancelledIsNotSentAgain() async throws {
        let clock = ManualClock()
        let service = try ScriptedService(then: .text("", status: 429), clock: clock)
        let task = Task { try await service.create() }
        await service.transport.waitForRequests(1)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(service.requests.count == 1)
    }
}
