#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// How many polls a second all waits of a client may make together. A pure value; times are since any fixed moment.
///
/// No service publishes its limit, so the rate adapts to it, as TCP's congestion control does: it grows while polls
/// wait for it and nothing is throttled, and halves on throttling. How many polls were accepted in the second before is
/// then taken for the ceiling: the rate returns to just below it at once, stays there for some seconds, and looks beyond
/// it by and by (the curve is that of CUBIC, RFC 9438).
struct PollRate: Sendable {
    /// Polls a second before anything is known; doubled each second.
    static let initial = 100.0
    /// As good as no bound.
    static let highest = 1_000_000.0
    /// However often the service throttles, polls go on.
    static let lowest = 0.5

    /// Seconds in which the rate doubles while no ceiling is known.
    private static let discovery = 1.0
    /// The same against a service on this machine, which is bounded by nothing within a second.
    private static let localDiscovery = 0.1
    /// Seconds in which it doubles on its way back to the ceiling.
    private static let recovery = 0.15
    /// Where it stays, as a part of the ceiling; a limit that counts whole seconds is not touched from there.
    private static let plateau = 0.95
    /// Seconds from there to the ceiling, and as many until it is as far beyond it.
    private static let plateauDuration = 10.0
    /// Seconds. What passes between two looks at the clock counts for no more than this.
    private static let longestStep = 0.25

    /// Nil for a rate that the caller has chosen, and that stays.
    private let discovery: Double?
    /// Polls a second.
    private(set) var current: Double
    /// About what the service accepts; nil until it has throttled.
    private(set) var ceiling: Double?
    /// Seconds spent at the plateau or beyond, while polls waited.
    private var probing = 0.0
    private var grownAt: Double?
    /// A refusal of what was sent before this is no news.
    private var reducedAt = -Double.infinity
    /// When the ceiling was learned.
    private var estimatedAt = -Double.infinity
    private var accepted = AcceptedCalls()

    /// A rate that the caller has chosen, and that stays.
    init(fixed rate: Double) {
        current = rate
        discovery = nil
    }

    /// A rate that adapts to the service.
    ///
    /// - Parameters:
    ///   - isLocal: Whether the service is on this machine. The rate then grows so fast that it soon bounds nothing.
    ///   - ceiling: What an earlier client of the process has learned.
    init(isLocal: Bool = false, ceiling: Double? = nil) {
        discovery = isLocal ? Self.localDiscovery : Self.discovery
        self.ceiling = ceiling
        current = ceiling.map { $0 / 2 } ?? Self.initial
    }

    /// How many polls may come at once after a pause: a second's worth of a chosen rate, and far less of one that looks for
    /// its level, since a service that counts seconds would see two seconds' worth in one.
    var burst: Double {
        max((discovery == nil ? current : ceiling == nil ? current / 5 : current / 10).rounded(.down), 1)
    }

    /// Advances to a later time.
    ///
    /// - Parameter isSaturated: Whether polls wait for the rate. A rate that is not used up does not grow.
    mutating func advance(to now: Duration, isSaturated: Bool) {
        let now = now / .seconds(1)
        defer { grownAt = now }
        guard let discovery, isSaturated, let grownAt else { return }
        let step = min(max(now - grownAt, 0), Self.longestStep)
        guard let ceiling else {
            current = min(current * pow(2, step / discovery), Self.highest)
            return
        }
        if current < Self.plateau * ceiling {
            current = min(current * pow(2, step / Self.recovery), Self.plateau * ceiling)
            return
        }
        probing += step
        let distance = (probing - Self.plateauDuration) / Self.plateauDuration
        current = ceiling * (1 + (1 - Self.plateau) * distance * distance * distance)
    }

    /// The service has answered a poll.
    mutating func noteAccepted(at now: Duration) {
        guard discovery != nil else { return }
        accepted.add(at: now / .seconds(1))
    }

    /// The service has throttled a call.
    ///
    /// - Parameter sentAt: When that was sent. Calls that were under way when the rate was reduced do not count.
    mutating func noteThrottled(sentAt: Duration, at now: Duration) {
        guard discovery != nil, sentAt / .seconds(1) >= reducedAt else { return }
        let now = now / .seconds(1)
        let taken = accepted.rate(at: now)
        if ceiling.map({ current >= Self.plateau * $0 * 0.9 }) ?? true {
            // Where what was sent was accepted but for a few calls, the rate was hardly too much.
            ceiling = max(taken + 2 >= current ? current * 0.98 : taken, 1)
            estimatedAt = now
        } else if let known = ceiling, now - estimatedAt >= 1 {
            // Far below the ceiling, and not in the second that brought it: it was an overestimate.
            ceiling = max(min(known, max(taken, current)), 1)
            estimatedAt = now
        }
        // Refused again within that second, the service still counts what was too much: no new ceiling.
        current = max(min(current, ceiling ?? current) / 2, Self.lowest)
        probing = 0
        reducedAt = now
        grownAt = now
    }
}

/// How many calls were accepted in the last second.
private struct AcceptedCalls: Sendable {
    private static let perSecond = 10

    private var counts = Array(repeating: 0, count: perSecond)
    /// The tenth of a second that is counted now.
    private var latest = 0

    mutating func add(at now: Double) {
        let index = move(to: now)
        counts[index] += 1
    }

    /// Calls a second; of less than a second, if they began later.
    mutating func rate(at now: Double) -> Double {
        _ = move(to: now)
        let age = (0..<Self.perSecond).last { counts[(latest + Self.perSecond - $0) % Self.perSecond] > 0 } ?? 0
        return Double(counts.reduce(0, +)) * Double(Self.perSecond) / Double(age + 1)
    }

    private mutating func move(to now: Double) -> Int {
        let tenth = max(Int(now * Double(Self.perSecond)), latest)
        for passed in 0..<min(tenth - latest, Self.perSecond) {
            counts[(tenth - passed) % Self.perSecond] = 0
        }
        latest = tenth
        return tenth % Self.perSecond
    }
}
