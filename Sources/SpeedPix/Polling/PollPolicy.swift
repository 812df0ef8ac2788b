/// When to ask about one prediction again.
///
/// Without a hint it asks once a second, as the official clients do. A hint whose forecasts come true replaces most of
/// those polls: the policy does not poll in the part of the forecast in which predictions of this workflow have hardly
/// ever ended, spends some of the polls that this saved around the expected end, and returns to one second when the
/// forecast has passed. A hint that does not change is ignored, and one that has not been measured yet is used for no
/// longer than the wait has already lasted.
///
/// A pure value in seconds: time, chance and experience are arguments.
@_spi(Polling) public struct PollPolicy: Sendable {
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
        /// Predictions ahead, if the service reports them.
        public var queueLength: Int?

        /// What is left out, the service has not reported.
        public init(time: Double, isRunning: Bool, fraction: Double = 0, eta: Double? = nil, queueLength: Int? = nil) {
            self.time = time
            self.isRunning = isRunning
            self.fraction = fraction
            self.eta = eta
            self.queueLength = queueLength
        }
    }

    private struct Forecast {
        var hint: PollHint
        /// From when it counts.
        var start: Double
        var length: Double
    }

    /// The time from now in which a forecast expects the end.
    private struct Window {
        var lowest: Double
        var highest: Double
        var isMeasured: Bool

        var width: Double { highest - max(lowest, 0) }
    }

    /// The interval of the official clients, and the right one while nothing is known.
    static let interval = 1.0
    /// The first poll, unless an estimate that was measured says otherwise: it finds a result that came from a cache, and
    /// brings the first hints.
    static let first = 0.3
    /// Closer polls would cost more than they can gain on a network.
    static let shortest = 0.2
    /// No forecast covers a failure, so the policy polls at least this often.
    static let longest = 15.0
    /// A window so narrow that one poll at its end is both quick and enough.
    private static let narrow = 0.4
    /// The interval within a wider window, while the polls so far are fewer than the budget: in polls a second.
    private static let windowInterval = 0.45
    private static let budget = 0.42
    /// A remaining time below the accuracy of the samples is not a sample.
    private static let shortestSample = 1.0
    private static let samplesPerHint = 6
    /// Seconds after a short forecast at which its end is looked for.
    private static let shortMargin = 0.02

    private let estimate: Double?
    private var forecasts: [Forecast] = []
    private var polls = 0
    private var startedAt: Double?
    private var wasQueued = false
    private var latestETA: (time: Double, length: Double)?
    private var firstFraction: (time: Double, fraction: Double)?
    private var lastFraction = 0.0
    /// Polls that looked for the end of a forecast shorter than an interval, and those of them that found it running.
    private var shortPolls = 0
    private var shortMisses = 0

    /// Whether such a forecast was met, or nearly; nil if there was none.
    public var shortForecastWasMet: Bool? { shortPolls == 0 ? nil : shortMisses <= 1 }

    /// - Parameter estimate: Seconds that the service expected the run to take when it was created.
    public init(estimate: Double?) {
        self.estimate = estimate.flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
    }

    /// Seconds before the first poll.
    public mutating func firstDelay(_ record: PollRecord) -> Double {
        guard let estimate else { return Self.first }
        forecasts.append(Forecast(hint: .estimate, start: 0, length: estimate))
        if estimate + Self.shortMargin < Self.interval, record.meetsShortForecasts {
            shortPolls = 1
            return max(Self.first, estimate + Self.shortMargin)
        }
        let accuracy = record.accuracy(of: .estimate)
        guard accuracy.isMeasured else { return Self.first }
        return min(max(Self.first, accuracy.lowest * record.confidence * estimate), Self.longest)
    }

    /// Seconds before the next poll, after an answer that was not the end.
    public mutating func delay(after seen: Observation, _ record: PollRecord) -> Double {
        polls += 1
        if shortPolls > shortMisses { shortMisses += 1 }
        let forecasts = forecasts(in: seen)
        if let delay = shortDelay(forecasts, at: seen.time, record) { return delay }
        guard let window = narrowest(of: forecasts, at: seen.time, record) else { return Self.interval }
        let cap = window.isMeasured ? Self.longest : min(max(Self.interval, seen.time), Self.longest)
        // A hint that is wrong again and again must not cause more polls than no hint.
        let isOverBudget = Double(polls) > seen.time + 0.5
        if window.width <= Self.narrow, record.confidence > 0.3, !isOverBudget {
            return min(max(window.highest + 0.02, Self.shortest), cap)
        }
        let spent = Double(polls) / max(seen.time, 1)
        let affordable =
            spent < Self.budget / 2
            ? Self.windowInterval / 2 : spent < Self.budget ? Self.windowInterval : Self.interval
        let step = isOverBudget ? Self.interval : min(max(window.width / 4, Self.shortest), affordable)
        return min(max(window.lowest * record.confidence, step), cap)
    }

    /// The second poll of a prediction that is said to end within an interval, and one more close behind it. It takes the
    /// place of the poll an interval later, by which a prediction of half a second would take more than twice its time.
    private mutating func shortDelay(_ forecasts: [Forecast], at time: Double, _ record: PollRecord) -> Double? {
        guard record.usesShortForecasts else { return nil }
        if shortPolls == 1, shortMisses == 1 {
            shortPolls = 2
            return Self.shortest
        }
        guard polls == 1, shortPolls == 0 else { return nil }
        let remainders = forecasts.filter { $0.hint != .queue }.map { $0.start + $0.length - time }.filter { $0 > 0 }
        guard let remainder = remainders.min(), remainder + Self.shortMargin < Self.interval else { return nil }
        shortPolls = 1
        return max(remainder + Self.shortMargin, Self.shortest)
    }

    /// How accurate the hints were, now that the end is known.
    ///
    /// - Parameter end: Seconds since the wait began.
    public func samples(end: Double) -> [PollRecord.Sample] {
        forecasts.compactMap { forecast in
            guard forecast.length >= Self.shortestSample, end > forecast.start else { return nil }
            return .init(hint: forecast.hint, ratio: min((end - forecast.start) / forecast.length, 100))
        }
    }

    private func narrowest(of forecasts: [Forecast], at time: Double, _ record: PollRecord) -> Window? {
        var best: Window?
        for forecast in forecasts {
            let accuracy = record.accuracy(of: forecast.hint)
            var window = Window(
                lowest: forecast.start + accuracy.lowest * forecast.length - time,
                highest: forecast.start + accuracy.highest * forecast.length - time, isMeasured: accuracy.isMeasured)
            if forecast.hint == .queue, let estimate {
                // Whatever its place in the queue, its whole run is still to come.
                window.lowest = max(window.lowest, record.accuracy(of: .estimate).lowest * estimate)
            }
            guard window.highest > Self.shortest / 2 else { continue }
            if best.map({ window.width < $0.width }) ?? true { best = window }
        }
        return best
    }

    private mutating func forecasts(in seen: Observation) -> [Forecast] {
        guard seen.isRunning else {
            wasQueued = true
            guard let estimate else { return [] }
            let length = estimate * (Double(max(seen.queueLength ?? 0, 0)) + 1)
            return [noted(Forecast(hint: .queue, start: seen.time, length: length))]
        }
        if startedAt == nil {
            // What was queued began some time after the last poll; what was not, with its create.
            startedAt = wasQueued ? seen.time : 0
            if wasQueued, let estimate, let index = forecasts.firstIndex(where: { $0.hint == .estimate }) {
                forecasts[index] = Forecast(hint: .estimate, start: seen.time, length: estimate)
            }
        }
        var result: [Forecast] = []
        if let eta = seen.eta, eta > 0, eta.isFinite {
            // A remaining time that does not fall while time passes is not a forecast.
            let isStuck = latestETA.map { $0.length - eta < (seen.time - $0.time) * 0.3 } ?? false
            latestETA = (seen.time, eta)
            let forecast = noted(Forecast(hint: .eta, start: seen.time, length: eta))
            if !isStuck { result.append(forecast) }
        }
        if let forecast = forecast(of: seen.fraction, at: seen.time) { result.append(forecast) }
        if let estimate, let startedAt { result.append(Forecast(hint: .estimate, start: startedAt, length: estimate)) }
        return result
    }

    private mutating func forecast(of fraction: Double, at time: Double) -> Forecast? {
        guard fraction > 0, fraction <= 1 else { return nil }
        defer { lastFraction = fraction }
        guard let first = firstFraction else {
            firstFraction = (time, fraction)
            return nil
        }
        guard fraction > first.fraction, fraction > lastFraction else { return nil }
        let speed = (fraction - first.fraction) / (time - first.time)
        return noted(Forecast(hint: .progress, start: time, length: (1 - fraction) / speed))
    }

    private mutating func noted(_ forecast: Forecast) -> Forecast {
        if forecasts.count(where: { $0.hint == forecast.hint }) < Self.samplesPerHint { forecasts.append(forecast) }
        return forecast
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
