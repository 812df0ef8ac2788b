import BenchmarkKit
import Foundation
import ProcessKit
import SpeedPix
import Synchronization

/// How close polling comes to what a service allows: one that allows everything, and one that throttles.
let rateBenchmark = Benchmark(
    "sdk/rate",
    "1,500 predictions of half a second, 64 at a time; and against a service that throttles at 150 calls a second"
) {
    let count = 1500
    let concurrency = 64
    let duration = 0.5
    let gateway = try GatewayProcess()
    defer { gateway.stop() }
    let adaptive = try RateRun.measure(
        gateway.endpoint, count: count, concurrency: concurrency, duration: duration, pollRate: nil, limit: nil)
    let throttled = try RateRun.measure(
        gateway.endpoint, count: count, concurrency: concurrency, duration: duration, pollRate: nil, limit: 150)
    let ideal = duration * (Double(count) / Double(concurrency)).rounded(.up)
    return [
        Figure(
            "time of all, milliseconds", adaptive.seconds * 1000, .count, reference: ideal * 1000,
            target: .ratioAtMost(1.15)),
        // The client that looked at 0.3 s, and a second after that, needed two.
        Figure(
            "polls for each prediction, hundredths", adaptive.polls / Double(count) * 100, .count, target: .atMost(205)),
        Figure(
            "calls that a throttling service took, a second", throttled.accepted / throttled.seconds, .perSecond,
            reference: 150, target: .ratioAtLeast(0.9)),
        Figure(
            "calls that it refused, of a thousand", throttled.refused / (throttled.accepted + throttled.refused) * 1000,
            .count, target: .atMost(20)),
    ]
}

/// One measured run, in a process of its own.
struct RateRun: Codable {
    static let word = "measured-rate"

    var seconds: Double
    var polls: Double
    var accepted: Double
    var refused: Double

    static func measure(
        _ endpoint: String, count: Int, concurrency: Int, duration: Double, pollRate: Double?, limit: Int?
    ) throws -> RateRun {
        let text = try ChildProcess.run(
            CommandLine.arguments[0],
            [
                word, endpoint, "\(count)", "\(concurrency)", "\(duration)", pollRate.map { "\($0)" } ?? "",
                limit.map { "\($0)" } ?? "",
            ])
        return try JSONDecoder().decode(RateRun.self, from: Data(text.utf8))
    }

    static func main(_ arguments: [String]) async throws {
        let counting = CountingTransport(limit: Int(arguments[5]))
        var configuration = try SpeedPixClient.Configuration(appKey: "key", appSecret: "secret", endpoint: arguments[0])
        configuration.pollRate = Double(arguments[4])
        // Every call comes through in the end, however often the service throttles.
        configuration.retries.attempts = 20
        let client = SpeedPixClient(configuration, dependencies: ClientDependencies(transport: counting))
        let (count, concurrency, duration) = (Int(arguments[1]) ?? 0, Int(arguments[2]) ?? 1, Double(arguments[3]) ?? 0)
        let clock = ContinuousClock()
        let start = clock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<count {
                if number >= concurrency { try await group.next() }
                group.addTask {
                    _ = try await client.run(
                        "echo", input: ["text": .string("\(number)"), "duration": .json(.double(duration))])
                }
            }
            try await group.waitForAll()
        }
        let run = RateRun(
            seconds: (clock.now - start) / .seconds(1), polls: Double(counting.polls),
            accepted: Double(counting.accepted),
            refused: Double(counting.refused))
        print(String(decoding: try JSONEncoder().encode(run), as: UTF8.self))
    }
}

/// Counts calls, and refuses those beyond so many in a second of the clock, as API gateways do.
private final class CountingTransport: HTTPTransport {
    private struct State {
        var polls = 0
        var accepted = 0
        var refused = 0
        var second = 0
        var inSecond = 0
    }

    private let state = Mutex(State())
    private let limit: Int?
    private let began = ContinuousClock.now

    init(limit: Int?) {
        self.limit = limit
    }

    var polls: Int { state.withLock { $0.polls } }
    var accepted: Int { state.withLock { $0.accepted } }
    var refused: Int { state.withLock { $0.refused } }

    func taskExecutor(for operation: ClientOperation) -> (any TaskExecutor)? {
        AsyncHTTPTransport.shared.taskExecutor(for: operation)
    }

    func send(_ request: TransportRequest) async throws -> TransportResponse {
        let second = Int((ContinuousClock.now - began) / .seconds(1))
        let isAccepted = state.withLock { state in
            if second != state.second { (state.second, state.inSecond) = (second, 0) }
            state.inSecond += 1
            guard state.inSecond <= limit ?? .max else {
                state.refused += 1
                return false
            }
            state.accepted += 1
            if request.url.hasSuffix("/scc/comfy_get_progress") { state.polls += 1 }
            return true
        }
        guard isAccepted else {
            return TransportResponse(status: .tooManyRequests, headers: [:], body: AnyByteStream([]))
        }
        return try await AsyncHTTPTransport.shared.send(request)
    }
}
