import SpeedPixTestSupport
import Testing

@testable import SpeedPix

@Suite("Waits whose polls are refused")
struct RefusedPollTests {
    /// Refusals that do not say that the prediction is lost.
    private static let unsettled: [ScriptedReply] = [
        .refusal("SYSTEM_ERROR", "busy, try again later"), .refusal("B0001", "系统繁忙"),
        .refusal("InternalError", "node lost", status: 400), .text("<html>blocked</html>", status: 403),
        .text("", status: 401),
    ]

    @Test("A wait goes on after a refusal that is not known to be final", arguments: unsettled)
    func anUnknownRefusalIsAskedAgain(_ reply: ScriptedReply) async throws {
        let service = try ScriptedService(
            .progress("running"), reply, reply, reply, .progress("running"), reply, .progress("succeeded"), reply,
            .result)
        #expect(try await service.wait().output?["image"] != nil)
        #expect(service.requests.count == 9)
    }

    @Test("A wait fails with the prediction after two minutes of refusals", arguments: unsettled)
    func aLastingRefusalIsRaised(_ reply: ScriptedReply) async throws {
        let clock = ImmediateClock()
        let service = try ScriptedService(.progress("running", ["progress": 0.5]), then: reply, clock: clock)
        let error = try await speedPixError { try await service.wait() }
        #expect([.apiError, .auth].contains(error.code))
        #expect(error.prediction?.id == "t-1")
        #expect(error.prediction?.status == .running)
        #expect(clock.now.offset >= .seconds(120) && clock.now.offset < .seconds(140))
        // Pauses grow: a second between each would be 120 requests.
        #expect(service.requests.count < 20)
    }

    @Test("A wait with refused polls ends at its own timeout if that is earlier")
    func theTimeoutComesFirst() async throws {
        let clock = ImmediateClock()
        let service = try ScriptedService(then: .refusal("SYSTEM_ERROR", "busy"), clock: clock)
        let error = try await speedPixError { try await service.wait(WaitOptions(timeout: .seconds(20))) }
        #expect(error.code == .timeout)
        #expect((error.cause as? SpeedPixError)?.serviceCode == "SYSTEM_ERROR")
        #expect(clock.now.offset < .seconds(31))
    }

    // MARK: No such task

    private static let missing: [ScriptedReply] = [
        .refusal("TaskNotFound", "there is no task"), .refusal("TASK_NOT_EXIST", "?"),
        .refusal("X", "No such task t-1"),
        .refusal("InvalidParameter.TaskId", "taskId is invalid"),
    ]

    @Test("A wait polls again when a task is unknown within 30 s of its create", arguments: missing)
    func unknownNewTask(_ reply: ScriptedReply) async throws {
        let service = try ScriptedService(
            .ok(["taskId": "t-1", "status": "waiting"]), reply, reply, .progress("running"), .progress("succeeded"),
            .result)
        let created = try await service.create()
        service.date.advance(by: .seconds(29))
        #expect(try await service.predictions.wait(for: created).status == .succeeded)
    }

    @Test("A wait fails when a task is unknown more than 30 s after its create", arguments: missing)
    func unknownOldTask(_ reply: ScriptedReply) async throws {
        let service = try ScriptedService(.ok(["taskId": "t-1", "status": "waiting"]), reply)
        let created = try await service.create()
        service.date.advance(by: .seconds(31))
        let error = try await speedPixError { try await service.predictions.wait(for: created) }
        #expect(error.prediction?.id == "t-1")
        #expect(error.code == .apiError)
        #expect(service.requests.count == 2)
    }
}

@Suite("The pauses after refused polls")
struct RefusalRetriesTests {
    @Test("The pauses double up to ten seconds and end after two minutes")
    func pauses() {
        var retries = RefusalRetries()
        var now = Duration.seconds(1000)
        var pauses: [Duration] = []
        while let pause = retries.pause(afterRefusalAt: now) {
            pauses.append(pause)
            now += pause
        }
        #expect(Array(pauses.prefix(6)) == [1, 2, 4, 8, 10, 10].map { Duration.seconds($0) })
        #expect(now - .seconds(1000) >= .seconds(120))
    }
}
