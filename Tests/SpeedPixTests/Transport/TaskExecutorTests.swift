import Dispatch
import SpeedPix
import SpeedPixTestSupport
import Synchronization
import Testing

/// What runs on the thread that a transport offers: the client's own work, and nobody else's.
@Suite("The transport's executor")
struct TaskExecutorTests {
    private final class QueueExecutor: TaskExecutor {
        private let queue = DispatchQueue(label: "transport")

        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        }

        var isCurrent: Bool {
            withUnsafeCurrentTask { $0?.unownedTaskExecutor == asUnownedTaskExecutor() }
        }
    }

    /// Answers from a script, and notes where it is asked.
    private struct Transport: HTTPTransport {
        let script: ScriptedTransport
        let executor: QueueExecutor
        let places: @Sendable (Bool) -> Void

        func taskExecutor(for operation: ClientOperation) -> (any TaskExecutor)? {
            operation == .upload ? nil : executor
        }

        func send(_ request: TransportRequest) async throws -> TransportResponse {
            places(executor.isCurrent)
            return try await script.send(request)
        }
    }

    private struct Passing: ClientMiddleware {
        let seen: @Sendable () -> Void

        func intercept(
            _ request: TransportRequest, operation: ClientOperation, next: Next
        ) async throws -> TransportResponse {
            seen()
            return try await next(request)
        }
    }

    @Test("The client makes its calls on the transport's executor and its callbacks elsewhere")
    func callsAndCallbacks() async throws {
        let executor = QueueExecutor()
        let (calls, callbacks) = (Places(), Places())
        let client = try client(executor, calls)
        let options = RunOptions(
            wait: WaitOptions(onProgress: { _ in callbacks.note(executor.isCurrent) }),
            onCreated: { _ in callbacks.note(executor.isCurrent) })
        let done = try await client.predictions.run("wf-1", input: ["text": "hello"], options: options)
        #expect(done.status == .succeeded)
        #expect(calls.all == [true, true, true, true])
        #expect(callbacks.all == [false, false, false])
        #expect(!executor.isCurrent)
    }

    @Test("A client with middleware does not use the transport's executor")
    func clientWithMiddleware() async throws {
        let executor = QueueExecutor()
        let (calls, middleware) = (Places(), Places())
        let client = try client(
            executor, calls, middleware: [Passing { middleware.note(executor.isCurrent) }])
        _ = try await client.predictions.run("wf-1", input: ["text": "hello"])
        #expect(calls.all == [false, false, false, false] && middleware.all == calls.all)
    }

    private final class Places: Sendable {
        private let noted = Mutex<[Bool]>([])
        var all: [Bool] { noted.withLock { $0 } }
        func note(_ isThere: Bool) { noted.withLock { $0.append(isThere) } }
    }

    private func client(
        _ executor: QueueExecutor, _ calls: Places, middleware: [any ClientMiddleware] = []
    ) throws -> SpeedPixClient {
        let script = ScriptedTransport([
            .ok(["taskId": "t-1"]), .progress("running"), .progress("succeeded"), .result,
        ])
        return SpeedPixClient(
            try SpeedPixClient.Configuration(appKey: "key", appSecret: "secret", endpoint: "https://service.test"),
            dependencies: ClientDependencies(
                transport: Transport(script: script, executor: executor, places: calls.note), clock: ImmediateClock()),
            middleware: middleware)
    }
}
