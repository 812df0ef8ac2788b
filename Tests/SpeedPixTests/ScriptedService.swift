import CoreMetrics
import SpeedPix
import SpeedPixTestSupport
import Synchronization
import Testing

/// A client whose service is a script, with clock, date, nonces and chance in the test's hand.
struct ScriptedService {
    static let appKey = "test-app-key"
    static let appSecret = "test-app-secret"
    static let endpoint = "https://service.test"

    let transport: ScriptedTransport
    let date: ManualDate
    let client: SpeedPixClient

    /// - Parameters:
    ///   - replies: One for each request.
    ///   - last: For every request after those; by default there must be none.
    ///   - clock: By default sleeps of up to 10 s are over at once, and no call times out.
    ///   - timeout: Of one call.
    init(
        _ replies: ScriptedReply..., then last: ScriptedReply? = nil, clock: any Clock<Duration> = ImmediateClock(),
        date: ManualDate = ManualDate(), endpoint: String = endpoint,
        timeout: Duration = SpeedPixClient.Configuration.defaultTimeout,
        middleware: [any ClientMiddleware] = [], metrics: (any MetricsFactory)? = nil,
        journal: any PredictionJournal = MemoryJournal()
    ) throws {
        self.date = date
        transport = last.map { ScriptedTransport(replies, then: $0) } ?? ScriptedTransport(replies)
        let nonces = Counter()
        var dependencies = ClientDependencies(
            transport: transport, clock: clock, now: { date.now }, nonce: { "nonce-\(nonces.next())" },
            random: { 0.5 })
        // What one test's service throttles is not a limit of another's.
        dependencies.pollRates = PollRateMemory()
        dependencies.journal = journal
        client = SpeedPixClient(
            try SpeedPixClient.Configuration(
                appKey: Self.appKey, appSecret: Self.appSecret, endpoint: endpoint, timeout: timeout),
            dependencies: dependencies, middleware: middleware, metrics: metrics)
    }

    var requests: [RecordedRequest] { transport.requests }
    var paths: [String] { requests.map(\.path) }
    var predictions: Predictions { client.predictions }
    var files: Files { client.files }

    /// Creates a prediction of the workflow `wf-1`.
    func create(
        _ input: [String: InputValue] = ["text": "hello"], options: CreateOptions = CreateOptions()
    ) async throws -> Prediction {
        try await predictions.create("wf-1", input: input, options: options)
    }

    /// Waits for the prediction `t-1`.
    @discardableResult
    func wait(_ options: WaitOptions = WaitOptions()) async throws -> Prediction {
        try await predictions.wait(for: Prediction(id: "t-1"), options: options)
    }
}

/// Counts from 1, from any task.
final class Counter: Sendable {
    private let value = Mutex(0)

    func next() -> Int {
        value.withLock { value in
            value += 1
            return value
        }
    }
}

extension ScriptedReply {
    /// A progress answer.
    static func progress(_ status: String, _ more: [String: JSONValue] = [:]) -> ScriptedReply {
        ok(.object(more.merging(["taskId": "t-1", "status": .string(status)]) { $1 }))
    }

    /// The result of a run that worked.
    static let result = ok([
        "taskId": "t-1", "status": "succeeded", "result": ["image": "https://cdn.test/a.png"],
    ])
}

/// The ``SpeedPixError`` that `operation` throws.
func speedPixError(
    _ sourceLocation: SourceLocation = #_sourceLocation, from operation: () async throws -> some Any
) async throws -> SpeedPixError {
    let error = await #expect(throws: SpeedPixError.self, sourceLocation: sourceLocation) { _ = try await operation() }
    return try #require(error, sourceLocation: sourceLocation)
}

/// The ``SpeedPixError`` that `operation` throws, from code that does not wait.
func speedPixError(
    _ sourceLocation: SourceLocation = #_sourceLocation, of operation: () throws -> some Any
) throws -> SpeedPixError {
    let error = #expect(throws: SpeedPixError.self, sourceLocation: sourceLocation) { _ = try operation() }
    return try #require(error, sourceLocation: sourceLocation)
}
