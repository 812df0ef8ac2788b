import Logging

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// One wait: polls until the prediction has ended, and then fetches its result.
///
/// A round is ``pause()`` and then ``poll()``. They are apart, and this is a class, because a wait spends all its time in the
/// pause, see TaskFrames.swift.
final class PredictionFollower {
    /// A wait that reaches its deadline polls once more, and for no longer than this.
    static let lastPoll: Duration = .seconds(1)
    /// The shortest time between polls with a fixed interval: an interval of zero would poll without a pause.
    private static let shortestFixed: Duration = .milliseconds(10)

    private let requests: PredictionRequests
    let options: WaitOptions
    /// The timeout that errors name. Of a run it is the whole timeout, although the wait has only what the create left of it.
    private let namedTimeout: Duration?
    private let elapsed: @Sendable () -> Duration
    private(set) var prediction: Prediction
    private var policy: PollPolicy
    private var polledAt: Duration = .zero
    private var previousPollAt: Duration = .zero
    private var hasPolled = false
    private var unknownWords: Set<String> = []
    /// When the service last said that the prediction goes on.
    private var lastActivity: Duration = .zero
    private var refusals = RefusalRetries()
    /// How long to wait before the call that failed is made again; nil where the usual delay will do.
    private var retryPause: Duration?
    /// Whether it has ended and ``prediction`` has its result; no round follows.
    private(set) var isOver = false

    /// - Parameter deadline: Of the run that the wait belongs to, in place of the options' timeout.
    @inline(never)  // TaskFrames.swift
    init(
        _ prediction: Prediction, requests: PredictionRequests, options: WaitOptions, deadline: RunDeadline? = nil
    ) {
        self.prediction = prediction
        self.requests = requests
        namedTimeout = options.timeout
        var options = options
        if let deadline { options.timeout = deadline.remaining }
        self.options = options
        elapsed = requests.caller.dependencies.clock.stopwatch()
        policy = PollPolicy(estimate: prediction.estimatedDuration.map { $0 / .seconds(1) })
    }

    /// What is left of the wait.
    private var remaining: Duration {
        (options.timeout ?? lastActivity + options.idleTimeout) - elapsed()
    }

    /// What a wait came to.
    enum Outcome {
        /// The prediction has ended, with its result if it has succeeded.
        case ended(Prediction)
        /// The wait is over before it: ``SpeedPixError`` `timeout` or what the service refused, what the options' callback threw,
        /// `CancellationError`.
        case gaveUp(any Error)
    }

    /// Polls until the prediction has ended, or there is a reason to wait no longer.
    @inline(never)  // TaskFrames.swift
    func followToEnd() async -> Outcome {
        do {
            // From one poll to the next on one thread, if the transport has one.
            try await withTaskExecutorPreference(executor) {
                repeat {
                    try await pause()
                    if try await poll(), !isOver, isListenedTo { try await notify() }
                } while !isOver
            }
            return .ended(prediction)
        } catch {
            return .gaveUp(error)
        }
    }

    @inline(never)  // TaskFrames.swift
    private var executor: (any TaskExecutor)? { requests.caller.pipeline.taskExecutor(for: .progress) }

    /// Waits until it is time for the next poll.
    ///
    /// - Throws: ``SpeedPixError`` `timeout`; `CancellationError`.
    @inline(never)  // TaskFrames.swift
    func pause() async throws {
        switch try nextPause() {
        case .none: return
        case .poll(let entry): try await scheduler.wait(for: entry)
        case .time(let delay): try await sleep(delay)
        }
    }

    @inline(never)  // TaskFrames.swift
    private func sleep(_ delay: Duration) async throws {
        try await clock.sleep(for: delay)
    }

    /// What a pause waits for.
    private enum Pause {
        case none
        /// The next poll, within the client's common rate.
        case poll(PollScheduler.Entry)
        case time(Duration)
    }

    @inline(never)  // TaskFrames.swift
    private func nextPause() throws -> Pause {
        let retryPause = retryPause.take()
        guard prediction.status.isTerminal else {
            guard remaining > .zero else { throw timedOut() }
            return .poll(scheduler.entry(in: min(retryPause ?? delay(), remaining), limit: remaining))
        }
        // A create may already answer "succeeded", and then only the result is missing: no reason to wait.
        return retryPause.map { .time(max(min($0, remaining), .zero)) } ?? .none
    }

    private var scheduler: PollScheduler { requests.caller.state.pollScheduler }
    private var clock: any Clock<Duration> { requests.caller.dependencies.clock }

    /// Asks how it stands, or for its result.
    ///
    /// One failed poll never ends a wait, see ``retryOrThrow(_:)``.
    ///
    /// - Returns: Whether something changed.
    @inline(never)  // TaskFrames.swift
    func poll() async throws -> Bool {
        do {
            return take(try await value(of: startRequest()))
        } catch {
            return try retryOrThrow(error)
        }
    }

    /// What a call brought. A class, see TaskFrames.swift.
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

    @inline(never)  // TaskFrames.swift
    private func startRequest() -> Task<Answer, any Error> {
        let (requests, prediction) = (requests, prediction)
        let limit = max(remaining, Self.lastPoll)
        guard prediction.status.isTerminal else {
            (previousPollAt, polledAt, hasPolled) = (polledAt, elapsed(), true)
            return Task(executorPreference: executor) {
                Answer(try await requests.poll(prediction, limit: limit))
            }
        }
        return Task(executorPreference: executor) {
            let (result, age) = try await requests.fetchResult(prediction, limit: limit)
            return Answer(result, isResult: true, age: age)
        }
    }

    /// - Returns: Whether something changed.
    @inline(never)  // TaskFrames.swift
    private func take(_ answer: Answer) -> Bool {
        let updated = answer.prediction
        defer { prediction = updated }
        refusals = RefusalRetries()
        guard answer.isResult else {
            // Only these show that the prediction goes on. An undocumented status shows nothing; and a terminal one may come
            // before a result that says that it goes on, and must not count as activity then. Progress that has changed counts
            // with any status.
            let isActive = [.waiting, .running].contains(updated.status) || updated.progress != prediction.progress
            if isActive { lastActivity = elapsed() }
            if !updated.status.isKnown, unknownWords.insert(updated.status.rawValue).inserted {
                requests.caller.logger.notice(
                    "unknown status; polling on",
                    metadata: ["prediction": "\(updated.id)", "status": "\(updated.status)"])
            }
            return updated != prediction
        }
        // A result may say that it goes on after all.
        guard updated.status.isTerminal else { return false }
        if updated.status == .succeeded, hasPolled, options.pollingInterval == nil {
            recordSamples(from: updated, age: answer.age)
        }
        end(with: updated)
        return true
    }

    private func end(with ended: Prediction) {
        requests.caller.pipeline.metrics?.ended(ended)
        isOver = true
    }

    /// Decides what a failed call means for the wait.
    ///
    /// What may be better the next time is tried again until the deadline. What the service refused without saying that
    /// it is final is tried again for ``RefusalRetries/duration``, since engines answer so while they are busy or restart.
    /// A success whose result cannot be had falls back on the picture that the polls showed.
    ///
    /// - Returns: Whether something changed.
    /// - Throws: What no further call could put right.
    @inline(never)  // TaskFrames.swift
    private func retryOrThrow(_ error: any Error) throws -> Bool {
        guard let error = error as? SpeedPixError else { throw error }
        let isUnlimited = error.isRetryable && !(error.code == .invalidResponse && prediction.status.isTerminal)
        if error.code == .timeout || !isUnlimited && error.isFinal(sinceCreate: sinceCreate) {
            return try completeByCurrentImage(error)
        }
        guard remaining > .zero else { throw timedOut(cause: error) }
        if isUnlimited {
            // A poll has its usual delay.
            retryPause = prediction.status.isTerminal ? RefusalRetries.steadyPause : nil
        } else {
            guard let pause = refusals.pause(afterRefusalAt: elapsed()) else {
                return try completeByCurrentImage(error)
            }
            retryPause = pause
        }
        requests.caller.logger.warning(
            "trying again",
            metadata: ["prediction": "\(prediction.id)", "reason": "\(error.message.withoutSignatures)"])
        return false
    }

    /// - Throws: The error, if there is no picture to fall back on.
    private func completeByCurrentImage(_ error: SpeedPixError) throws -> Bool {
        let caller = requests.caller
        prediction = try prediction.completedByCurrentImage(
            after: error, now: caller.dependencies.now(), logger: caller.logger)
        end(with: prediction)
        return true
    }

    /// Nil for a prediction that was looked up by its id.
    private var sinceCreate: Duration? {
        prediction.createdAt.map { .seconds(requests.caller.dependencies.now().timeIntervalSince($0)) }
    }

    /// Calls the options' callback, within the deadline like everything else: a callback can sleep, too.
    @inline(never)  // TaskFrames.swift
    private func notify() async throws {
        try await withDeadline(
            max(remaining, Self.lastPoll), clock: clock, expired: expiry(), operation: notification())
    }

    @inline(never)  // TaskFrames.swift
    private func notification() -> @Sendable () async throws -> Void {
        { [prediction, listener = options.onProgress] in
            // It may take its time, even block.
            try await withTaskExecutorPreference(globalConcurrentExecutor) { try await listener?(prediction) }
        }
    }

    /// Whether ``notify()`` has a callback to call: its frame is large, and most waits have none.
    @inline(never)  // TaskFrames.swift
    private var isListenedTo: Bool { options.onProgress != nil }

    @inline(never)  // TaskFrames.swift
    private func expiry() -> @Sendable () -> any Error {
        { [prediction, options, namedTimeout] in Self.timedOut(prediction, options: options, timeout: namedTimeout) }
    }

    @inline(never)  // TaskFrames.swift
    private func delay() -> Duration {
        if let fixed = options.pollingInterval {
            // The first poll comes early with a long interval, too: the prediction may have ended already.
            let first = Duration.seconds(PollPolicy.first)
            return max(hasPolled ? fixed : min(fixed, first), Self.shortestFixed)
        }
        let record = requests.caller.state.polls[prediction.workflowID]
        let seconds =
            hasPolled
            ? policy.delay(after: .init(prediction, at: elapsed() / .seconds(1)), record) : policy.firstDelay(record)
        return .seconds(PollPolicy.jittered(seconds, random: requests.caller.dependencies.random()))
    }

    /// - Parameter age: Seconds since the end, when the result came.
    private func recordSamples(from fetched: Prediction, age: Double?) {
        let (previous, polled) = (previousPollAt / .seconds(1), polledAt / .seconds(1))
        let end: Double
        if let age {
            end = max(previous, polled - max(age - (elapsed() - polledAt) / .seconds(1), 0))
        } else {
            // A long gap hides when it ended; it is hardly ever at once after the last poll that found it running.
            end = polled - previous <= 1.5 ? (previous + polled) / 2 : previous + (polled - previous) * 0.8
        }
        requests.caller.state.polls.record(
            fetched.workflowID, policy.samples(end: end), noticedLate: polled - end,
            shortForecastWasMet: policy.shortForecastWasMet)
    }

    @inline(never)  // TaskFrames.swift
    private func timedOut(cause: SpeedPixError? = nil) -> any Error {
        Self.timedOut(prediction, options: options, timeout: namedTimeout, cause: cause)
    }

    private static func timedOut(
        _ prediction: Prediction, options: WaitOptions, timeout: Duration?, cause: SpeedPixError? = nil
    ) -> SpeedPixError {
        let reason =
            timeout.map { "the prediction did not end within \($0.formattedSeconds)" }
            ?? "the service has not said for \(options.idleTimeout.formattedSeconds) that the prediction goes on"
        return SpeedPixError(
            .timeout, reason,
            remedy: "it may go on at the service: wait for \(prediction.id) again, or allow a longer timeout",
            prediction: prediction, isRetryable: true, cause: cause)
    }
}

extension PollPolicy.Observation {
    /// What a poll has returned.
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
