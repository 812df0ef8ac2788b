import SpeedPix
import SpeedPixTestSupport
import Synchronization
import Testing

@Suite("Cancels of predictions whose wait ends early")
struct GivingUpTests {
    /// What the options' callback was told.
    private final class Told: Sendable {
        private let state = Mutex<[(Prediction, SpeedPixError?)]>([])

        var all: [(prediction: Prediction, failure: SpeedPixError?)] { state.withLock { $0 } }

        @Sendable func note(_ prediction: Prediction, _ failure: SpeedPixError?) async {
            state.withLock { $0.append((prediction, failure)) }
        }
    }

    /// Progress that never ends, and this answer to the cancel.
    private func running(_ cancel: ScriptedReply) -> ScriptedReply {
        .choosing { request in
            switch request.path {
            case "/scc/comfy_cancel": cancel
            case "/scc/comfy_prompt": .ok(["taskId": "t-1", "status": "waiting"])
            default: .progress("running")
            }
        }
    }

    private static let canceled = ScriptedReply.ok(["taskId": "t-1", "status": "canceled"])

    private func options(_ cancelOn: CancelCondition?, _ told: Told) -> WaitOptions {
        WaitOptions(timeout: .seconds(60), cancelOn: cancelOn, onCancel: told.note)
    }

    @Test("A wait with cancelOn cancels its prediction at the timeout and says so", arguments: CancelCondition.allCases)
    func timeout(condition: CancelCondition) async throws {
        let told = Told()
        let service = try ScriptedService(then: running(Self.canceled))
        let error = try await speedPixError { try await service.wait(options(condition, told)) }
        #expect(error.code == .timeout && error.prediction?.status == .canceled)
        #expect(error.message == "the prediction did not end within 60 s, and was canceled at the service")
        #expect(error.remedy == "allow a longer timeout")
        #expect(service.paths.count { $0 == "/scc/comfy_cancel" } == 1)
        #expect(told.all.count == 1 && told.all.first?.failure == nil)
    }

    @Test("A wait without cancelOn cancels nothing, neither at the timeout nor with its task")
    func withoutCancelOn() async throws {
        let told = Told()
        let service = try ScriptedService(then: running(Self.canceled))
        let error = try await speedPixError { try await service.wait(options(nil, told)) }
        #expect(error.remedy?.contains("it may go on at the service") == true)
        let silent = try ScriptedService(then: .silence)
        let task = Task { try await silent.wait(options(nil, told)) }
        await silent.transport.waitForRequests(1)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(!(service.paths + silent.paths).contains("/scc/comfy_cancel") && told.all.isEmpty)
    }

    @Test(
        "A cancelled task cancels its prediction with cancelOn stop and not with timeout",
        arguments: [(CancelCondition.stop, 1), (.timeout, 0)])
    func cancelledTask(condition: CancelCondition, cancels: Int) async throws {
        let told = Told()
        let service = try ScriptedService(
            then: .choosing { $0.path == "/scc/comfy_cancel" ? Self.canceled : .silence })
        let task = Task { try await service.wait(options(condition, told)) }
        await service.transport.waitForRequests(1)
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(service.paths.count { $0 == "/scc/comfy_cancel" } == cancels)
        #expect(told.all.count == cancels)
    }

    @Test("A run that is cancelled during its create cancels what it has created")
    func createUnderWay() async throws {
        let told = Told()
        let (gate, opener) = AsyncStream<Void>.makeStream()
        let service = try ScriptedService(
            ScriptedReply { request in
                for await _ in gate {}
                return try await ScriptedReply.ok(["taskId": "t-1", "status": "waiting"]).respond(request)
            }, then: Self.canceled)
        let task = Task {
            try await service.predictions.run("wf-1", input: [:], options: RunOptions(wait: options(.stop, told)))
        }
        await service.transport.waitForRequests(1)
        task.cancel()
        opener.finish()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(service.paths == ["/scc/comfy_prompt", "/scc/comfy_cancel"])
        #expect(told.all.first?.prediction.status == .canceled)
    }

    @Test("A wait with cancelOn stop cancels its prediction when the progress callback throws")
    func callback() async throws {
        struct Enough: Error {}
        let told = Told()
        let service = try ScriptedService(then: running(Self.canceled))
        var options = options(.stop, told)
        options.onProgress = { _ in throw Enough() }
        await #expect(throws: Enough.self) { try await service.wait(options) }
        #expect(told.all.first?.prediction.status == .canceled)
    }

    @Test("A wait with cancelOn stop does not cancel when the service refuses a poll")
    func refusal() async throws {
        let told = Told()
        let service = try ScriptedService(then: .refusal("TaskNotFound", "no such task"))
        let error = try await speedPixError { try await service.wait(options(.stop, told)) }
        #expect(error.code == .apiError && told.all.isEmpty)
    }

    @Test("A wait says when the service cannot cancel, with the id of the prediction")
    func unsupported() async throws {
        let told = Told()
        let service = try ScriptedService(then: running(.text("", status: 404)))
        let error = try await speedPixError { try await service.wait(options(.timeout, told)) }
        #expect(error.code == .timeout && error.prediction?.id == "t-1")
        #expect(error.message.contains("; it could not be canceled: the service does not offer"), "\(error.message)")
        #expect(error.remedy?.contains("it may go on at the service") == true)
        #expect(told.all.first?.failure?.code == .unsupported)
    }

    @Test("A wait says when its prediction had ended before the cancel")
    func endedMeanwhile() async throws {
        let told = Told()
        let service = try ScriptedService(then: running(.ok(["taskId": "t-1", "status": "succeeded"])))
        let error = try await speedPixError { try await service.wait(options(.timeout, told)) }
        #expect(error.message.hasSuffix("; it has ended meanwhile: succeeded"), "\(error.message)")
        #expect(error.prediction?.status == .succeeded && told.all.first?.failure == nil)
    }

    @Test("A cancel by a wait takes five seconds at most")
    func bounded() async throws {
        let told = Told()
        let clock = ManualClock()
        let service = try ScriptedService(then: .silence, clock: clock)
        let task = Task { try await service.wait(options(.stop, told)) }
        await clock.waitForSleepers(1)
        task.cancel()
        await service.transport.waitForRequests(1)
        #expect(service.paths == ["/scc/comfy_cancel"])
        // The limit, and the call's own.
        await clock.waitForSleepers(2)
        clock.advance(by: .seconds(5))
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(told.all.first?.failure?.code == .timeout)
        #expect(told.all.first?.failure?.message == "the service did not answer within 5 s")
    }

    @Test("updates with cancelOn cancels the prediction at its timeout")
    func updates() async throws {
        let told = Told()
        let service = try ScriptedService(then: running(Self.canceled))
        let error = try await speedPixError {
            for try await _ in service.predictions.updates(
                of: Prediction(id: "t-1"), options: options(.timeout, told))
            {}
        }
        #expect(error.prediction?.status == .canceled && told.all.count == 1)
    }
}
