/// When to ask about one prediction again.
///
/// Without a hint it asks once a second, as the official clients do. A hint that keeps its promises replaces most of
/// those polls: the policy sleeps through the part of the promise in which predictions of this workflow have hardly
/// ever ended, spends some of what that saved on looking closely, and returns to one second when the promise has
/// passed. A hint that stands still is ignored, and one that nobody has tested yet is believed for no longer than the
/// wait has already lasted.
///
/// A pure value in seconds: time, chance and experience are arguments.
public struct PollPolicy: Sendable {
    /// What the service said at one moment.
    public struct Observation: Sendable {
        /// Seconds since the wait began.
        public var time: Double
        /// Whether it is being computed; a queued one may start much later.
        public var isRunning: Bool
        /// 0 … 1.
        public var fraction: Double
        /// Seconds until the end, if the service knows.
        public var eta: Double?
        /// Predictions ahead, if the service tells.
        public var queueLength: Int?

        /// What is not given, the service did not tell.
        public init(time: Double, isRunning: Bool, fraction: Double = 0, eta: Double? = nil, queueLength: Int? = nil) {
            self.time = time
            self.isRunning = isRunning
            self.fraction = fraction
            self.eta = eta
            self.queueLength = queueLength
        }
    }

    private struct Promise {
        var hint: PollHint
        /// From when it counts.
        var start: Double
        var length: Double
    }

    /// A promise as a time from now in which the end is expected.
    private struct Window {
        var lowest: Double
        var highest: Double
        var isProven: Bool

        var width: Double { highest - max(lowest, 0) }
    }

    /// The interval of the official clients, and the right one while nothing is known.
    static let interval = 1.0
    /// The first look, if no estimate that has proven itself says otherwise: it finds what came from a cache, and
    /// brings the first hints.
    static let first = 0.3
    /// Closer polls would cost more than they can gain on a network.
    static let closest = 0.2
    /// A failure keeps no promise: it must not go unnoticed for longer than this.
    static let longest = 15.0
    /// A window so narrow that one poll at its end is both quick and enough.
    private static let narrow = 0.4
    /// The interval within a wider window, if what was slept through has paid for it: in polls a second so far.
    private static let close = 0.45
    private static let budget = 0.42
    /// A remaining time below the accuracy of the samples is no sample.
    private static let shortestSample = 1.0
    private static let samplesPerHint = 6
    /// Seconds after a short promise at which its end is looked for.
    private static let shortSlack = 0.02

    private let estimate: Double?
    private var promises: [Promise] = []
    private var polls = 0
    private var startedAt: Double?
    private var wasQueued = false
    private var latestETA: (time: Double, length: Double)?
    private var firstFraction: (time: Double, fraction: Double)?
    private var lastFraction = 0.0
    /// Polls that looked for the end of a promise shorter than an interval, and those of them that found it running.
    private var shortPolls = 0
    private var shortMisses = 0

    /// Whether such a promise was kept, or nearly; nil if there was none.
    public var keptShortPromise: Bool? { shortPolls == 0 ? nil : shortMisses <= 1 }

    /// - Parameter estimate: Seconds that the service expected the run to take when it was created.
    public init(estimate: Double?) {
        self.estimate = estimate.flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
    }

    /// Seconds before the first poll.
    public mutating func firstDelay(_ record: PollRecord) -> Double {
        guard let estimate else { return Self.first }
        promises.append(Promise(hint: .estimate, start: 0, length: estimate))
        if estimate + Self.shortSlack < Self.interval, record.keepsShortPromises {
            shortPolls = 1
            return max(Self.first, estimate + Self.shortSlack)
        }
        let trust = record.trust(in: .estimate)
        guard trust.isProven else { return Self.first }
        return min(max(Self.first, trust.lowest * record.credit * estimate), Self.longest)
    }

    /// Seconds before the next poll, after an answer that was not the end.
    public mutating func delay(after seen: Observation, _ record: PollRecord) -> Double {
        polls += 1
        if shortPolls > shortMisses { shortMisses += 1 }
        let promises = promises(in: seen)
        if let delay = shortDelay(promises, at: seen.time, record) { return delay }
        guard let window = narrowest(of: promises, at: seen.time, record) else { return Self.interval }
        let cap = window.isProven ? Self.longest : min(max(Self.interval, seen.time), Self.longest)
        // A hint that goes wrong again and again must not make for more polls than none would.
        let isOverdrawn = Double(polls) > seen.time + 0.5
        if window.width <= Self.narrow, record.credit > 0.3, !isOverdrawn {
            return min(max(window.highest + 0.02, Self.closest), cap)
        }
        let spent = Double(polls) / max(seen.time, 1)
        let affordable = spent < Self.budget / 2 ? Self.close / 2 : spent < Self.budget ? Self.close : Self.interval
        let step = isOverdrawn ? Self.interval : min(max(window.width / 4, Self.closest), affordable)
        return min(max(window.lowest * record.credit, step), cap)
    }

    /// The second poll of a prediction that is said to end within an interval, and one more close behind it. It takes the
    /// place of the poll an interval later, by which a prediction of half a second would take more than twice its time.
    private mutating func shortDelay(_ promises: [Promise], at time: Double, _ record: PollRecord) -> Double? {
        guard record.trustsShortPromises else { return nil }
        if shortPolls == 1, shortMisses == 1 {
            shortPolls = 2
            return Self.closest
        }
        guard polls == 1, shortPolls == 0 else { return nil }
        let rests = promises.filter { $0.hint != .queue }.map { $0.start + $0.length - time }.filter { $0 > 0 }
        guard let rest = rests.min(), rest + Self.shortSlack < Self.interval else { return nil }
        shortPolls = 1
        return max(rest + Self.shortSlack, Self.closest)
    }

    /// What the hints were worth, now that the end is known.
    ///
    /// - Parameter end: Seconds since the wait began.
    public func samples(end: Double) -> [PollRecord.Sample] {
        promises.compactMap { promise in
            guard promise.length >= Self.shortestSample, end > promise.start else { return nil }
            return .init(hint: promise.hint, ratio: min((end - promise.start) / promise.length, 100))
        }
    }

    private func narrowest(of promises: [Promise], at time: Double, _ record: PollRecord) -> Window? {
        var best: Window?
        for promise in promises {
            let trust = record.trust(in: promise.hint)
            var window = Window(
                lowest: promise.start + trust.lowest * promise.length - time,
                highest: promise.start + trust.highest * promise.length - time, isProven: trust.isProven)
            if promise.hint == .queue, let estimate {
                // Wherever it stands in the queue, it has all of its run before it.
                window.lowest = max(window.lowest, record.trust(in: .estimate).lowest * estimate)
            }
            guard window.highest > Self.closest / 2 else { continue }
            if best.map({ window.width < $0.width }) ?? true { best = window }
        }
        return best
    }

    private mutating func promises(in seen: Observation) -> [Promise] {
        guard seen.isRunning else {
            wasQueued = true
            guard let estimate else { return [] }
            let length = estimate * (Double(max(seen.queueLength ?? 0, 0)) + 1)
            return [noted(Promise(hint: .queue, start: seen.time, length: length))]
        }
        if startedAt == nil {
            // What was queued began some time after the last poll; what was not, with its create.
            startedAt = wasQueued ? seen.time : 0
            if wasQueued, let estimate, let index = promises.firstIndex(where: { $0.hint == .estimate }) {
                promises[index] = Promise(hint: .estimate, start: seen.time, length: estimate)
            }
        }
        var result: [Promise] = []
        if let eta = seen.eta, eta > 0, eta.isFinite {
            // One that has not come nearer although time has passed promises nothing.
            let standsStill = latestETA.map { $0.length - eta < (seen.time - $0.time) * 0.3 } ?? false
            latestETA = (seen.time, eta)
            let promise = noted(Promise(hint: .eta, start: seen.time, length: eta))
            if !standsStill { result.append(promise) }
        }
        if let promise = promise(of: seen.fraction, at: seen.time) { result.append(promise) }
        if let estimate, let startedAt { result.append(Promise(hint: .estimate, start: startedAt, length: estimate)) }
        return result
    }

    private mutating func promise(of fraction: Double, at time: Double) -> Promise? {
        guard fraction > 0, fraction <= 1 else { return nil }
        defer { lastFraction = fraction }
        guard let first = firstFraction else {
            firstFraction = (time, fraction)
            return nil
        }
        guard fraction > first.fraction, fraction > lastFraction else { return nil }
        let speed = (fraction - first.fraction) / (time - first.time)
        return noted(Promise(hint: .progress, start: time, length: (1 - fraction) / speed))
    }

    private mutating func noted(_ promise: Promise) -> Promise {
        if promises.count(where: { $0.hint == promise.hint }) < Self.samplesPerHint { promises.append(promise) }
        return promise
    }
}

extension PollPolicy {
    /// The delay, moved by up to three hundredths, so that a thousand waits that began together do not poll together.
    ///
    /// - Parameter random: 0 ..< 1.
    public static func jittered(_ delay: Double, random: Double) -> Double {
        delay * (0.97 + 0.06 * random)
    }
}
