import Logging

/// One wait: asks how a prediction stands until it has ended, and then for its result.
struct PredictionFollower: Sendable {
    /// What a step found.
    enum Step {
        /// Something changed.
        case polled(Prediction)
        /// It has ended, one way or another, and this is its result.
        case ended(Prediction)
    }

    /// A wait that reaches its deadline looks once more, and for no longer than this.
    static let lastLook: Duration = .seconds(1)
    /// A fixed interval of nothing would be a busy loop on the network.
    private static let shortestFixed: Duration = .milliseconds(10)
    /// Before a result that could not be fetched is asked for again.
    private static let resultRetry: Duration = .seconds(5)

    private let predictions: Predictions
    private let options: WaitOptions
    private let elapsed: @Sendable () -> Duration
    private(set) var prediction: Prediction
    private var policy: PollPolicy
    private var polledAt: Duration = .zero
    private var previousPollAt: Duration = .zero
    private var hasPolled = false
    private var unknownWords: Set<String> = []

    init(_ prediction: Prediction, _ predictions: Predictions, _ options: WaitOptions) {
        self.prediction = prediction
        self.predictions = predictions
        self.options = options
        elapsed = predictions.caller.dependencies.clock.stopwatch()
        policy = PollPolicy(estimate: prediction.estimatedDuration.map { $0 / .seconds(1) })
    }

    /// What is left of the wait; never less than a last look.
    private var remaining: Duration { options.timeout - elapsed() }

    /// The next thing there is to know. Not to be called again after the end.
    ///
    /// One failed poll never ends a wait: whatever could be better the next time is asked again until the deadline.
    mutating func next() async throws -> Step {
        while true {
            do {
                // A create may already answer "succeeded", and then only the result is missing.
                guard prediction.status.isTerminal else {
                    if try await poll() { return .polled(prediction) }
                    continue
                }
                if let ended = try await fetchResult() { return .ended(ended) }
            } catch let error as SpeedPixError {
                guard error.isRetryable, error.code != .timeout else { throw error.about(prediction) }
                guard remaining > .zero else { throw timedOut(cause: error) }
                predictions.caller.logger.warning(
                    "asking again", metadata: ["prediction": "\(prediction.id)", "reason": "\(error.message)"])
                // A poll has its delay; a result that cannot be fetched has none yet.
                if prediction.status.isTerminal {
                    try await predictions.caller.dependencies.clock.sleep(for: min(Self.resultRetry, remaining))
                }
            }
        }
    }

    /// Runs one step of the wait. A call has tries and a time limit of its own; together they could outlast it by minutes.
    func withinWait<Result: Sendable>(_ step: @escaping @Sendable () async throws -> Result) async throws -> Result {
        try await withDeadline(
            max(remaining, Self.lastLook), clock: predictions.caller.dependencies.clock,
            expired: { [prediction, options] in Self.timedOut(prediction, options.timeout) }, operation: step)
    }

    /// - Returns: Whether something changed.
    private mutating func poll() async throws -> Bool {
        guard remaining > .zero else { throw timedOut() }
        try await predictions.caller.state.turns.next(in: delay(), limit: remaining)
        (previousPollAt, polledAt, hasPolled) = (polledAt, elapsed(), true)
        let updated = try await withinWait { [predictions, prediction] in try await predictions.poll(prediction) }
        if !updated.status.isKnown, unknownWords.insert(updated.status.rawValue).inserted {
            predictions.caller.logger.notice(
                "unknown status; asking on",
                metadata: ["prediction": "\(updated.id)", "status": "\(updated.status)"])
        }
        defer { prediction = updated }
        return updated != prediction
    }

    private mutating func delay() -> Duration {
        if let fixed = options.pollingInterval {
            // Who asks seldom still wants to hear at once of what is over already.
            let first = Duration.seconds(PollPolicy.first)
            return min(max(hasPolled ? fixed : min(fixed, first), Self.shortestFixed), remaining)
        }
        let record = predictions.caller.state.polls[prediction.workflowID]
        let seconds =
            hasPolled
            ? policy.delay(after: .init(prediction, at: elapsed() / .seconds(1)), record) : policy.firstDelay(record)
        let jittered = PollPolicy.jittered(seconds, random: predictions.caller.dependencies.random())
        return min(.seconds(jittered), remaining)
    }

    /// - Returns: Nil if the result says that it goes on after all.
    private mutating func fetchResult() async throws -> Prediction? {
        let (fetched, age) = try await withinWait { [predictions, prediction] in
            try await predictions.fetchResult(prediction)
        }
        prediction = fetched
        guard fetched.status.isTerminal else { return nil }
        if fetched.status == .succeeded, hasPolled, options.pollingInterval == nil { learn(from: fetched, age: age) }
        predictions.caller.pipeline.metrics?.ended(fetched)
        return fetched
    }

    /// - Parameter age: Seconds since the end, when the result came.
    private func learn(from fetched: Prediction, age: Double?) {
        let (previous, polled) = (previousPollAt / .seconds(1), polledAt / .seconds(1))
        let end: Double
        if let age {
            end = max(previous, polled - max(age - (elapsed() - polledAt) / .seconds(1), 0))
        } else {
            // A long gap hides when it ended; it is hardly ever at once after the last look that found it running.
            end = polled - previous <= 1.5 ? (previous + polled) / 2 : previous + (polled - previous) * 0.8
        }
        predictions.caller.state.polls.learn(
            fetched.workflowID, policy.lessons(end: end), noticedLate: polled - end)
    }

    private func timedOut(cause: SpeedPixError? = nil) -> SpeedPixError {
        Self.timedOut(prediction, options.timeout, cause: cause)
    }

    private static func timedOut(
        _ prediction: Prediction, _ limit: Duration, cause: SpeedPixError? = nil
    ) -> SpeedPixError {
        SpeedPixError(
            .timeout, "the prediction did not end within \(limit.formattedSeconds)",
            remedy: "it goes on at the service: wait for \(prediction.id) again, or allow a longer timeout",
            prediction: prediction, isRetryable: true, cause: cause)
    }
}

extension PollPolicy.Observation {
    /// What a poll told.
    init(_ prediction: Prediction, at time: Double) {
        self.init(
            time: time, isRunning: prediction.status != .waiting, fraction: prediction.progress.fraction,
            eta: prediction.progress.eta.map { $0 / .seconds(1) }, queueLength: prediction.progress.queueLength)
    }
}

extension Duration {
    /// "90 s", "2.5 s".
    package var formattedSeconds: String {
        let tenths = (self / .milliseconds(100)).rounded()
        return tenths.truncatingRemainder(dividingBy: 10) == 0 ? "\(Int(tenths / 10)) s" : "\(tenths / 10) s"
    }
}
