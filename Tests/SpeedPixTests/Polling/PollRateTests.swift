import SpeedPixTestSupport
import Testing

@testable import SpeedPix

/// Turns that are always wanted, against a service that takes so many calls a second.
private struct RateSimulation {
    /// How the service counts.
    enum Limit: Sendable, CaseIterable {
        /// In whole seconds by its own clock, as API gateways do.
        case fixedWindow
        /// A bucket that holds a fifth of a second's worth.
        case tokenBucket
    }

    var queue: PollQueue
    let perSecond: Double
    let limit: Limit
    private(set) var accepted = 0
    private(set) var refused = 0
    private(set) var acceptedEachSecond: [Int] = []
    private var window = 0
    private var windowCount = 0
    private var bucket: Double
    private var bucketAt = 0.0

    init(_ rate: PollRate, perSecond: Double, limit: Limit) {
        queue = PollQueue(rate: rate)
        self.perSecond = perSecond
        self.limit = limit
        bucket = perSecond / 5
    }

    /// An answer takes 20 ms; then the wait that got it wants another turn.
    mutating func run(seconds: Int, waits: Int) {
        for _ in 0..<waits { _ = queue.add(due: .zero, deadline: .seconds(1_000_000)) }
        var underWay: [(sent: Double, isRefused: Bool)] = []
        for millisecond in 0..<seconds * 1000 {
            let now = Double(millisecond) / 1000
            let answered = underWay.prefix { $0.sent + 0.02 <= now }
            underWay.removeFirst(answered.count)
            for answer in answered {
                if answer.isRefused {
                    queue.noteThrottled(sentAt: .seconds(answer.sent), at: .seconds(now))
                } else {
                    queue.noteAccepted(at: .seconds(now))
                }
                _ = queue.add(due: .seconds(now), deadline: .seconds(1_000_000))
            }
            for _ in queue.take(at: .seconds(now)) {
                let isRefused = !accepts(at: now)
                underWay.append((now, isRefused))
            }
        }
    }

    private mutating func accepts(at now: Double) -> Bool {
        while acceptedEachSecond.count <= Int(now) { acceptedEachSecond.append(0) }
        let isAccepted: Bool
        switch limit {
        case .fixedWindow:
            if Int(now) != window { (window, windowCount) = (Int(now), 0) }
            isAccepted = Double(windowCount) < perSecond
            if isAccepted { windowCount += 1 }
        case .tokenBucket:
            bucket = min(bucket + (now - bucketAt) * perSecond, perSecond / 5)
            bucketAt = now
            isAccepted = bucket >= 1
            if isAccepted { bucket -= 1 }
        }
        if isAccepted {
            accepted += 1
            acceptedEachSecond[Int(now)] += 1
        } else {
            refused += 1
        }
        return isAccepted
    }
}

@Suite("The rate of polls")
struct PollRateTests {
    fileprivate struct Case: Sendable {
        var limit: RateSimulation.Limit
        var perSecond: Double
        var isLocal: Bool
    }

    private static let cases: [Case] = RateSimulation.Limit.allCases.flatMap { limit in
        [15, 150, 900].flatMap { perSecond in
            [true, false].map { Case(limit: limit, perSecond: perSecond, isLocal: $0) }
        }
    }

    @Test(
        "PollRate uses 90 % of a throttling service with 2 % of refusals at most (5 % below 20 a second)",
        arguments: cases)
    fileprivate func reachesTheLimit(_ service: Case) {
        let perSecond = service.perSecond
        var simulation = RateSimulation(
            PollRate(isLocal: service.isLocal), perSecond: perSecond, limit: service.limit)
        simulation.run(seconds: 60, waits: 1000)
        // The first seconds are for finding it.
        let settled = simulation.acceptedEachSecond.dropFirst(5)
        let mean = Double(settled.reduce(0, +)) / Double(settled.count)
        #expect(mean >= 0.9 * perSecond, "\(mean) a second")
        let share = Double(simulation.refused) / Double(simulation.accepted + simulation.refused)
        // Until a small limit is found, some calls more than it takes have been sent.
        #expect(
            share <= (perSecond < 20 ? 0.05 : 0.02), "\(simulation.refused) refused, \(simulation.accepted) accepted")
    }

    @Test("PollRate grows as far as polls are due when nothing throttles it")
    func growsWithDemand() {
        var simulation = RateSimulation(PollRate(), perSecond: 1_000_000, limit: .tokenBucket)
        simulation.run(seconds: 10, waits: 20)
        // Twenty waits whose answers take 20 ms need a thousand turns a second.
        #expect(simulation.queue.rate.current >= 900 && simulation.queue.rate.current < 4000)
        #expect(simulation.acceptedEachSecond.last ?? 0 >= 900)
        var idle = RateSimulation(PollRate(), perSecond: 1_000_000, limit: .tokenBucket)
        idle.run(seconds: 5, waits: 0)
        #expect(idle.queue.rate.current == PollRate.initial)
    }

    @Test("PollRate with a fixed rate does not change")
    func fixedRateStays() {
        var rate = PollRate(fixed: 50)
        rate.advance(to: .zero, isSaturated: true)
        rate.advance(to: .seconds(1), isSaturated: true)
        rate.noteThrottled(sentAt: .seconds(1), at: .seconds(1))
        #expect(rate.current == 50)
    }

    @Test("PollRate is halved once for all calls that were under way when throttled")
    func halvesOnce() {
        var rate = PollRate()
        for millisecond in 0..<1000 { rate.noteAccepted(at: .milliseconds(millisecond)) }
        for _ in 0..<5 { rate.noteThrottled(sentAt: .milliseconds(990), at: .seconds(1)) }
        #expect(rate.current == 49)
        rate.noteThrottled(sentAt: .milliseconds(1001), at: .milliseconds(1020))
        #expect(rate.current == 24.5)
    }

    @Test("PollRateMemory gives a new client the rate that an earlier one has found")
    func isRemembered() async throws {
        let memory = PollRateMemory()
        var dependencies = ClientDependencies(clock: ManualClock())
        dependencies.pollRates = memory
        let configuration = try SpeedPixClient.Configuration(appKey: "k", appSecret: "s")
        let first = ClientState(configuration, dependencies)
        for _ in 0..<4 { first.pollScheduler.noteAccepted() }
        first.pollScheduler.noteThrottled(sentAt: first.pollScheduler.now)
        let second = ClientState(configuration, dependencies)
        // Four in a tenth of a second are forty in a second; a client begins at half of what was accepted.
        #expect(second.pollScheduler.rate == 20)
        let other = ClientState(try SpeedPixClient.Configuration(appKey: "other", appSecret: "s"), dependencies)
        #expect(other.pollScheduler.rate == PollRate.initial)
    }

    @Test(
        "PollRate knows a service on this machine by its address",
        arguments: [
            ("http://127.0.0.1:8187", true), ("http://localhost:1", true), ("http://[::1]:8187/base", true),
            ("http://127.0.0.1.example.com", false), ("https://openai.edu-aliyun.com", false),
            ("http://10.0.0.1", false),
        ])
    func loopback(endpoint: String, isLocal: Bool) throws {
        let configuration = try SpeedPixClient.Configuration(appKey: "k", appSecret: "s", endpoint: endpoint)
        #expect(configuration.isOnThisMachine == isLocal)
    }
}
