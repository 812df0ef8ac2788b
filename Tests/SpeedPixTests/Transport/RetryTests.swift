import HTTPTypes
import SpeedPix
import SpeedPixTestSupport
import Testing

@Suite("Retries")
struct RetryTests {
    private let poll: @Sendable (ScriptedService) async throws -> Prediction = { try await $0.predictions.get("t-1") }

    @Test(
        "A poll that fails for a passing reason is sent again",
        arguments: [
            ScriptedReply.refusedConnection, .reset, .text("", status: 500), .text("bad gateway", status: 502),
            .text("", status: 503), .text("", status: 504), .text("garbage"), .text(""), .text("", status: 429),
            .gateway("Throttled by USER Flow Control", status: 403),
            .body([Array("{\"status\":1".utf8)], then: TransportError("truncated", mayHaveReachedService: true)),
        ])
    func transientFailureIsRetried(_ reply: ScriptedReply) async throws {
        let service = try ScriptedService(reply, .progress("running"))
        #expect(try await poll(service).status == .running)
        #expect(service.requests.count == 2)
    }

    @Test(
        "A poll with a final refusal is sent once",
        arguments: [
            ScriptedReply.refusal("NoSuchTask", "no such task"), .gateway("Invalid Signature"), .text("", status: 404),
            .text("", status: 413),
        ])
    func finalRefusalIsNotRetried(_ reply: ScriptedReply) async throws {
        let service = try ScriptedService(then: reply)
        let error = try await speedPixError { try await poll(service) }
        #expect(error.prediction?.id == "t-1")
        #expect(service.requests.count == 1)
    }

    @Test("A poll whose connection fails is sent four times, with growing delays")
    func pollTriesAreBounded() async throws {
        let clock = ImmediateClock()
        let service = try ScriptedService(then: .reset, clock: clock)
        let error = try await speedPixError { try await poll(service) }
        #expect(error.code == .network)
        #expect(error.isRetryable)
        #expect(service.requests.count == 4)
        // Half of 0.4, 0.8 and 1.6 s.
        #expect(clock.now.offset == .milliseconds(1400))
    }

    @Test("Each try of a call has a nonce, date and signature of its own")
    func eachTryIsSignedAnew() async throws {
        let date = ManualDate()
        let late = ScriptedReply { _ in
            date.advance(by: .seconds(3))
            throw TransportError("reset", mayHaveReachedService: true)
        }
        let service = try ScriptedService(late, late, .progress("running"), date: date)
        _ = try await poll(service)
        let headers = service.requests.map(\.headers)
        #expect(headers.map { $0[.caTimestamp] } == ["1700000000000", "1700000003000", "1700000006000"])
        #expect(headers.map { $0[.caNonce] } == ["nonce-1", "nonce-2", "nonce-3"])
        let dates = ["22:13:20", "22:13:23", "22:13:26"].map { "Tue, 14 Nov 2023 \($0) GMT+00:00" }
        #expect(headers.map { $0[.date] } == dates)
        #expect(Set(headers.compactMap { $0[.caSignature] }).count == 3)
        #expect(Set(service.requests.map(\.body)).count == 1)
    }

    @Test(
        "A retry waits as long as Retry-After says, if that is a valid number",
        arguments: [("7", 7), ("0", 0.2), ("soon", 0.2), ("-5", 0.2)])
    func retryAfterIsHonoured(value: String, seconds: Double) async throws {
        let clock = ImmediateClock()
        let service = try ScriptedService(
            .text("", status: 503, headers: [.retryAfter: value]), .progress("running"), clock: clock)
        _ = try await poll(service)
        #expect(clock.now.offset == .seconds(seconds))
    }

    @Test(
        "A call, an upload and a download that are refused wait before the retry as long as the error says",
        arguments: [(502, "7"), (503, "Tue, 14 Nov 2023 22:13:27 GMT"), (429, "7")])
    func retriesReadTheError(status: Int, value: String) async throws {
        let refusal = ScriptedReply.text("", status: status, headers: [.retryAfter: value])
        let signed = ScriptedReply.ok(["uploadUrl": "https://store.test/put", "accessUrl": "https://store.test/get"])
        let clock = ImmediateClock()
        let call = try ScriptedService(refusal, .progress("running"), clock: clock)
        _ = try await poll(call)
        #expect(clock.now.offset == .seconds(7))
        let upload = try ScriptedService(signed, refusal, signed, .text(""), clock: clock)
        _ = try await upload.files.upload(.bytes(Array("a".utf8), filename: "a.txt"))
        #expect(clock.now.offset == .seconds(14))
        let download = try ScriptedService(refusal, .text("a"), clock: clock)
        _ = try await download.files.read("https://store.test/get")
        #expect(clock.now.offset == .seconds(21))
    }

    @Test("A retry waits a minute at most, whatever Retry-After says")
    func aRetryAfterBeyondReasonIsAMinute() async throws {
        let clock = ImmediateClock(upTo: .seconds(86_400))
        let service = try ScriptedService(
            .text("", status: 429, headers: [.retryAfter: "86400"]), .progress("running"), clock: clock,
            timeout: .seconds(100_000))
        _ = try await poll(service)
        #expect(clock.now.offset == .seconds(60))
    }

    @Test("A poll without an answer ends at its timeout and is sent again")
    func aCallThatIsNeverAnsweredEndsAtItsTimeout() async throws {
        let clock = ManualClock()
        let service = try ScriptedService(.silence, .refusal("E", "stop"), clock: clock)
        let task = Task { try await poll(service) }
        await service.transport.waitForRequests(1)
        await clock.waitForSleepers(1)
        clock.advance(by: .seconds(30))
        // The delay before the second try.
        await clock.waitForSleepers(1)
        clock.advance(by: .seconds(1))
        _ = try await speedPixError { try await task.value }
        #expect(service.requests.count == 2)
    }

    @Test("An answer of more than 8 MiB is refused and not asked for again")
    func hugeAnswer() async throws {
        let megabyte = [UInt8](repeating: 0x20, count: 1 << 20)
        let service = try ScriptedService(then: .body(Array(repeating: megabyte, count: 9)))
        let error = try await speedPixError { try await poll(service) }
        #expect(error.code == .invalidResponse)
        #expect(error.message.contains("8 MiB"))
        // It would be as large again.
        #expect(service.requests.count == 1)
    }

    @Test("RetryPolicy picks a delay between zero and 8 s unless Retry-After is longer")
    func jitterIsFullAndBounded() {
        let policy = RetryPolicy()
        for attempt in 1...60 {
            let longest = policy.delay(afterAttempt: attempt, retryAfter: nil, random: 0.999)
            #expect(longest <= .seconds(8))
            #expect(policy.delay(afterAttempt: attempt, retryAfter: nil, random: 0) == .zero)
            #expect(policy.delay(afterAttempt: attempt, retryAfter: .seconds(9), random: 0.999) == .seconds(9))
        }
    }
}
