import SpeedPix
import SpeedPixTestSupport
import Testing

@Suite("Cancels of predictions")
struct CancelTests {
    @Test("cancel sends the id and returns the status of the answer")
    func cancelReturnsTheStatus() async throws {
        let service = try ScriptedService(.ok(["taskId": "t-1", "status": "cancelled"]))
        let canceled = try await service.predictions.cancel("t-1")
        #expect(canceled.status == .canceled)
        #expect(service.paths == ["/scc/comfy_cancel"])
        #expect(service.requests.first?.json == ["taskId": "t-1"])
    }

    @Test("cancel of a prediction that has ended returns its status")
    func endedPredictionIsUnchanged() async throws {
        let service = try ScriptedService(.ok(["taskId": "t-1", "status": "succeeded"]))
        #expect(try await service.predictions.cancel("t-1").status == .succeeded)
    }

    @Test(
        "cancel fails as unsupported when the service does not have the call",
        arguments: [
            ScriptedReply.text("", status: 404), .refusal("ApiNotFound", "no such API"),
            .refusal("ApiNotFound", "no such API", status: 404), .gateway("Invalid Api", status: 404),
        ])
    func unsupportedCall(_ reply: ScriptedReply) async throws {
        let service = try ScriptedService(then: reply)
        let error = try await speedPixError { try await service.predictions.cancel("t-1") }
        #expect(error.code == .unsupported)
        #expect(error.prediction?.id == "t-1")
        #expect(error.remedy != nil)
        #expect(service.requests.count == 1)
    }

    @Test(
        "cancel of an unknown prediction fails with the service's error",
        arguments: [
            ScriptedReply.refusal("TaskNotFound", "no such task"), .refusal("TaskNotFound", "-", status: 404),
        ])
    func anUnknownPredictionIsItsOwnError(_ reply: ScriptedReply) async throws {
        let service = try ScriptedService(then: reply)
        #expect(try await speedPixError { try await service.predictions.cancel("t-1") }.code == .apiError)
    }

    @Test("cancel fails when the answer has no status")
    func answerWithoutAStatus() async throws {
        let service = try ScriptedService(.ok(["taskId": "t-1"]))
        #expect(try await speedPixError { try await service.predictions.cancel("t-1") }.code == .invalidResponse)
    }
}
