import HTTPTypes
import Logging
import SpeedPix
import SpeedPixTestSupport
import Synchronization
import Testing

@Suite("Clients for one call")
struct DerivedClientTests {
    /// Adds a header, and says whether it may block.
    private struct Header: ClientMiddleware {
        var value: String
        var mayBlock = true

        func intercept(
            _ request: TransportRequest, operation: ClientOperation, next: ClientMiddleware.Next
        ) async throws -> TransportResponse {
            var request = request
            request.headers[.userAgent] = (request.headers[.userAgent] ?? "") + value
            return try await next(request)
        }
    }

    @Test("A derived client adds middleware behind its client's, and has a timeout of its own")
    func ownContext() async throws {
        let service = try ScriptedService(
            .progress("running"), .progress("running"), timeout: .seconds(20), middleware: [Header(value: "a")])
        let derived = service.client.with(middleware: [Header(value: "b")], timeout: .seconds(3))
        _ = try await derived.predictions.get("t-1")
        _ = try await service.predictions.get("t-1")
        #expect(service.requests.map { $0.headers[.userAgent]?.suffix(2) } == ["ab", "0a"])
        #expect(service.requests.map(\.timeout) == [.seconds(3), .seconds(20)])
        #expect(derived.configuration.timeout == .seconds(3) && service.client.configuration.timeout == .seconds(20))
    }

    @Test("A derived client shares the uploads, the waits and the service's clock of its client")
    func sharedState() async throws {
        let service = try ScriptedService(
            .ok(["uploadUrl": "https://store.test/put", "accessUrl": "https://store.test/a", "objectKey": "k"]),
            .text(""))
        let derived = service.client.with(timeout: .seconds(3))
        let first = try await derived.files.upload(.bytes([1, 2], filename: "a.png"))
        #expect(try await service.files.upload(.bytes([1, 2], filename: "a.png")) == first)
        #expect(service.requests.count == 2)
    }

    @Test("A derived client logs to its own logger")
    func logger() async throws {
        let lines = Mutex<[String]>([])
        let service = try ScriptedService(.ok(["taskId": "t-1"]))
        var logger = Logger(label: "test") { _ in RecordingLogHandler { line in lines.withLock { $0.append(line) } } }
        logger.logLevel = .debug
        _ = try await service.client.with(logger: logger).predictions.create("wf-1", input: [:])
        #expect(lines.withLock { $0 } == ["created"])
    }

    @Test("A client works on its transport's executor unless a middleware may block", arguments: [true, false])
    func executor(mayBlock: Bool) async throws {
        let executor = RecordingExecutor()
        struct Transport: HTTPTransport {
            let executor: RecordingExecutor

            func send(_ request: TransportRequest) async throws -> TransportResponse {
                try await ScriptedTransport([.progress("running")]).send(request)
            }

            func taskExecutor(for operation: ClientOperation) -> (any TaskExecutor)? { executor }
        }
        let client = SpeedPixClient(
            try SpeedPixClient.Configuration(appKey: "key", appSecret: "secret", endpoint: "https://service.test"),
            dependencies: ClientDependencies(transport: Transport(executor: executor), clock: ImmediateClock()),
            middleware: [Header(value: "a", mayBlock: mayBlock)])
        _ = try await client.predictions.get("t-1")
        #expect((executor.jobs > 0) == !mayBlock)
    }
}

/// Passes the messages on.
private struct RecordingLogHandler: LogHandler {
    let record: @Sendable (String) -> Void
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .trace

    init(record: @escaping @Sendable (String) -> Void) { self.record = record }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { record("\(event.message)") }
}

/// Counts what runs on it.
private final class RecordingExecutor: TaskExecutor {
    private let count = Mutex(0)
    var jobs: Int { count.withLock { $0 } }

    func enqueue(_ job: consuming ExecutorJob) {
        count.withLock { $0 += 1 }
        let job = UnownedJob(job)
        globalConcurrentExecutor.enqueue(job)
    }
}
