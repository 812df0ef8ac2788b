import Logging

/// One wait: asks how a prediction stands until it has ended, and then for its result.
///
/// A round is ``pause()`` and then ``look()``. They are apart, and this is a class, because a wait spends all its time in the
/// pause: what is suspended then is small, however much a look takes.
final class PredictionFollower {
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
    /// Whether the result is to be asked for once more.
    private var hasMissedResult = false
    /// Whether it has ended and ``prediction`` has its result; no round follows.
    private(set) var isOver = false

    @inline(never)
    init(_ prediction: Prediction, _ predictions: Predictions, _ options: WaitOptions) {
        self.prediction = prediction
        self.predictions = predictions
        self.options = options
        elapsed = predictions.caller.dependencies.clock.stopwatch()
        policy = PollPolicy(estimate: prediction.estimatedDuration.map { $0 / .seconds(1) })
    }

    /// What is left of the wait; never less than a last look.
    private var remaining: Duration { options.timeout - elapsed() }

    /// All rounds to the end, and what it came to.
    ///
    /// - Throws: ``SpeedPixError`` if it has not succeeded, `timeout`, or what the service refused; what the options' callback
    ///   throws; `CancellationError`.
    @inline(never)
    func end() async throws -> Prediction {
        // From one poll to the next on one thread, if the transport has one.
        try await withTaskExecutorPreference(predictions.caller.pipeline.taskExecutor(for: .progress)) {
            repeat {
                try await pause()
                if try await look(), !isOver { try await tell() }
            } while !isOver
        }
        return try conclusion()
    }

    /// Waits until it is time for the next look.
    ///
    /// - Throws: ``SpeedPixError`` `timeout`; `CancellationError`.
    @inline(never)
    func pause() async throws {
        switch try rest() {
        case .none: return
        case .turn(let delay, let limit): try await turns.next(in: delay, limit: limit)
        case .time(let delay): try await clock.sleep(for: delay)
        }
    }

    /// What a pause waits for.
    private enum Rest {
        case none
        /// A turn to poll, among all of the client's.
        case turn(in: Duration, limit: Duration)
        case time(Duration)
    }

    @inline(never)
    private func rest() throws -> Rest {
        guard prediction.status.isTerminal else {
            guard remaining > .zero else { throw timedOut() }
            return .turn(in: delay(), limit: remaining)
        }
        // A create may already answer "succeeded", and then only the result is missing: no reason to wait.
        return hasMissedResult ? .time(min(Self.resultRetry, remaining)) : .none
    }

    private var turns: PollTurns { predictions.caller.state.turns }
    private var clock: any Clock<Duration> { predictions.caller.dependencies.clock }

    /// Asks how it stands, or for its result.
    ///
    /// One failed poll never ends a wait: whatever could be better the next time is asked again until the deadline.
    ///
    /// - Returns: Whether something changed.
    @inline(never)
    func look() async throws -> Bool {
        do {
            return take(try await apart(on: predictions.caller.pipeline.taskExecutor(for: .progress), question()))
        } catch {
            try forgive(error)
            return false
        }
    }

    // A task keeps the memory of the largest frames it ever had. So nothing large is in an async function here: an answer
    // is behind a reference, whatever works on it is a function of its own that does not wait, and calls are made apart.

    /// What a look found.
    private final class Answer: Sendable {
        let prediction: Prediction
        /// Whether this is the result, and not a poll.
        let isResult: Bool
        /// Seconds since the end, when the result came.
        let age: Double?

        init(_ prediction: Prediction, isResult: Bool = false, age: Double? = nil) {
            self.prediction = prediction
            self.isResult = isResult
            self.age = age
        }
    }

    @inline(never)
    private func question() -> @Sendable () async throws -> Answer {
        let (predictions, prediction) = (predictions, prediction)
        let limit = max(remaining, Self.lastLook)
        guard prediction.status.isTerminal else {
            (previousPollAt, polledAt, hasPolled) = (polledAt, elapsed(), true)
            return { Answer(try await predictions.poll(prediction, limit: limit)) }
        }
        return {
            let (result, age) = try await predictions.fetchResult(prediction, limit: limit)
            return Answer(result, isResult: true, age: age)
        }
    }

    /// - Returns: Whether something changed.
    @inline(never)
    private func take(_ answer: Answer) -> Bool {
        let updated = answer.prediction
        defer { prediction = updated }
        guard answer.isResult else {
            if !updated.status.isKnown, unknownWords.insert(updated.status.rawValue).inserted {
                predictions.caller.logger.notice(
                    "unknown status; asking on",
                    metadata: ["prediction": "\(updated.id)", "status": "\(updated.status)"])
            }
            return updated != prediction
        }
        // A result may say that it goes on after all.
        guard updated.status.isTerminal else { return false }
        if updated.status == .succeeded, hasPolled, options.pollingInterval == nil {
            learn(from: updated, age: answer.age)
        }
        predictions.caller.pipeline.metrics?.ended(updated)
        isOver = true
        return true
    }

    /// - Throws: What no further look could put right.
    @inline(never)
    private func forgive(_ error: any Error) throws {
        guard let error = error as? SpeedPixError else { throw error }
        guard error.isRetryable, error.code != .timeout else { throw error.about(prediction) }
        guard remaining > .zero else { throw timedOut(cause: error) }
        predictions.caller.logger.warning(
            "asking again", metadata: ["prediction": "\(prediction.id)", "reason": "\(error.message)"])
        // A poll has its delay; a result that cannot be fetched has none yet.
        hasMissedResult = prediction.status.isTerminal
    }

    /// The prediction if it has succeeded; its end as an error otherwise.
    @inline(never)
    private func conclusion() throws -> Prediction { try Predictions.finished(prediction) }

    /// Tells the options' callback, within the deadline like everything else: a callback can sleep, too.
    @inline(never)
    private func tell() async throws {
        if let news = news() {
            try await withDeadline(
                max(remaining, Self.lastLook), clock: clock, expired: expiry(), operation: news)
        }
    }

    @inline(never)
    private func news() -> (@Sendable () async throws -> Void)? {
        guard let listener = options.onProgress else { return nil }
        return { [prediction] in
            // It may take its time, even block.
            try await withTaskExecutorPreference(globalConcurrentExecutor) { try await listener(prediction) }
        }
    }

    @inline(never)
    private func expiry() -> @Sendable () -> any Error {
        { [prediction, options] in Self.timedOut(prediction, options.timeout) }
    }

    @inline(never)
    private func delay() -> Duration {
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

    @inline(never)
    private func timedOut(cause: SpeedPixError? = nil) -> any Error {
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
