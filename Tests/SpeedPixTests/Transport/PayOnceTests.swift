import SpeedPix
import SpeedPixTestSupport
import Testing

@Suite("Repetition of creates")
struct PayOnceTests {
    @Test(
        "A create that may have started is in doubt and not sent again",
        arguments: [
            ScriptedReply.reset, .failure("read timeout", mayHaveReachedService: true), .text("", status: 500),
            .text("<html>", status: 502), .text("", status: 503), .text("", status: 504), .text("", status: 524),
            .text("garbage"), .text(""), .text("{\"status\":10,\"da"), .ok([:]), .ok(["taskId": ""]), .ok(nil),
            .gateway("Backend service request timed out", status: 504), .refusal("Busy", "try again", status: 503),
            // Nonces are new each time: a copy of the create was there first.
            .gateway("Nonce Used"), .text("Nonce Used", status: 400),
            .body([Array("{".utf8)], then: TransportError("truncated", mayHaveReachedService: true)),
            .body(Array(repeating: [UInt8](repeating: 0x20, count: 1 << 20), count: 9)),
            // Nobody cancelled it: the transport gave up, after sending or before.
            ScriptedReply("a transport that cancels itself") { _ in throw CancellationError() },
        ])
    func doubtfulCreate(_ reply: ScriptedReply) async throws {
        let service = try ScriptedService(then: reply)
        let error = try await speedPixError { try await service.create() }
        #expect(error.code == .unknownOutcome)
        #expect(!error.isRetryable)
        #expect(error.remedy?.contains("console") == true)
        #expect(service.requests.count == 1)
    }

    @Test("A create that timed out is in doubt and not sent again")
    func aCreateThatTimesOutIsNotSentAgain() async throws {
        let clock = ManualClock()
        let service = try ScriptedService(then: .silence, clock: clock)
        let task = Task { try await service.create() }
        await service.transport.waitForRequests(1)
        await clock.waitForSleepers(1)
        clock.advance(by: .seconds(30))
        let error = try await speedPixError { try await task.value }
        #expect(error.code == .unknownOutcome)
        #expect(service.requests.count == 1)
    }

    @Test(
        "A create that surely did not start is sent again",
        arguments: [
            ScriptedReply.refusedConnection, .gateway("Throttled by USER Flow Control", status: 403),
            .text("", status: 429), .refusal("TooMany", "later", status: 429),
        ])
    func createWithoutEffect(_ reply: ScriptedReply) async throws {
        let service = try ScriptedService(reply, reply, .ok(["taskId": "t-1"]))
        #expect(try await service.create().id == "t-1")
        #expect(service.requests.count == 3)
    }

    @Test(
        "A create that never reached the service is tried four times",
        arguments: [
            (ScriptedReply.refusedConnection, SpeedPixError.Code.network), (.text("", status: 429), .throttled),
        ])
    func createTriesAreBounded(reply: ScriptedReply, code: SpeedPixError.Code) async throws {
        let service = try ScriptedService(then: reply)
        let error = try await speedPixError { try await service.create() }
        #expect(error.code == code)
        #expect(service.requests.count == 4)
    }

    @Test(
        "A create that the service refuses is not sent again",
        arguments: [
            (ScriptedReply.refusal("WorkflowNotFound", "no such workflow"), SpeedPixError.Code.apiError),
            (.gateway("Invalid Signature"), .auth), (.gateway("Invalid AppKey"), .auth),
            (.text("", status: 404), .apiError), (.text("", status: 413), .apiError),
        ])
    func refusedCreate(reply: ScriptedReply, code: SpeedPixError.Code) async throws {
        let service = try ScriptedService(then: reply)
        let error = try await speedPixError { try await service.create() }
        #expect(error.code == code)
        #expect(service.requests.count == 1)
    }

    /// The retry that follows a refused connection can itself end in doubt.
    @Test("A create whose retry may have started is in doubt")
    func doubtAfterARetry() async throws {
        let service = try ScriptedService(.refusedConnection, .reset, .ok(["taskId": "t-1"]))
        let error = try await speedPixError { try await service.create() }
        #expect(error.code == .unknownOutcome)
        #expect(service.requests.count == 2)
    }

    @Test("run does not repeat a create in doubt")
    func runDoesNotRepeatItsCreateEither() async throws {
        let service = try ScriptedService(then: .reset)
        let error = try await speedPixError { try await service.predictions.run("wf-1", input: [:]) }
        #expect(error.code == .unknownOutcome)
        #expect(service.paths == ["/scc/comfy_prompt"])
    }
}
