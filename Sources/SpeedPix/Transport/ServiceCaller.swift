import HTTPTypes
import Logging
import NIOCore
import Tracing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Makes signed calls: serialises once, signs those bytes, sends them, reads the envelope, and tries again where that
/// cannot cost anything.
package final class ServiceCaller: Sendable {
    let configuration: SpeedPixClient.Configuration
    let dependencies: ClientDependencies
    let logger: Logger
    let pipeline: HTTPPipeline
    /// Whether there are spans to make; a flag, since the tracing itself is large for a frame.
    let isTraced: Bool
    let state: ClientState
    /// Of the predictions that its journal knows.
    let outputs: OutputFileIndex
    private let signing: RequestSigning
    /// The largest answer, in bytes, that is decoded on the thread of its call, about a millisecond's work. A larger one would
    /// delay the other calls on that thread.
    private static let largestQuick = 64 << 10

    convenience init(
        configuration: SpeedPixClient.Configuration, dependencies: ClientDependencies,
        middleware: [any ClientMiddleware], metrics: ClientMetrics?, tracing: ClientTracing?, logger: Logger
    ) {
        let pipeline = HTTPPipeline(
            transport: dependencies.transport(for: configuration.network), middleware: middleware, metrics: metrics,
            tracing: tracing)
        self.init(
            configuration, dependencies, pipeline: pipeline,
            state: ClientState(configuration, dependencies, executor: pipeline.taskExecutor(for: .progress)),
            signing: RequestSigning(
                signer: RequestSigner(appKey: configuration.appKey, secret: configuration.appSecret),
                now: dependencies.now, nonce: dependencies.nonce),
            logger: logger)
    }

    private init(
        _ configuration: SpeedPixClient.Configuration, _ dependencies: ClientDependencies, pipeline: HTTPPipeline,
        state: ClientState, outputs: OutputFileIndex? = nil, signing: RequestSigning, logger: Logger
    ) {
        self.configuration = configuration
        self.dependencies = dependencies
        self.pipeline = pipeline
        isTraced = pipeline.tracing != nil
        self.state = state
        self.outputs = outputs ?? state.outputs
        self.signing = signing
        self.logger = logger
    }

    /// A caller that shares this one's state, and differs in what is given; middleware comes behind this one's.
    func with(
        logger: Logger?, middleware: [any ClientMiddleware], tracer: (any Tracer)?, timeout: Duration?
    ) -> ServiceCaller {
        var configuration = configuration
        if let timeout { configuration.timeout = timeout }
        let pipeline = HTTPPipeline(
            transport: pipeline.transport, middleware: pipeline.middleware + middleware, metrics: pipeline.metrics,
            tracing: tracer.map(ClientTracing.init) ?? pipeline.tracing)
        return ServiceCaller(
            configuration, dependencies, pipeline: pipeline, state: state, outputs: outputs, signing: signing,
            logger: logger ?? self.logger)
    }

    /// A caller that shares this one's state, and differs in where creates are written down and calls made once more are reported.
    func with(
        journal: any PredictionJournal, onRetry: (@Sendable (ClientOperation) -> Void)?
    ) -> ServiceCaller {
        var dependencies = dependencies
        dependencies.journal = journal
        dependencies.onRetry = onRetry
        // What a create is must not depend on what other runs of this process happen to know.
        return ServiceCaller(
            configuration, dependencies, pipeline: pipeline, state: state, outputs: OutputFileIndex(), signing: signing,
            logger: logger)
    }

    /// - Parameters:
    ///   - route: One that is not repeatable, a create, is only sent again if it surely had no effect.
    ///   - intent: Is written down before each try, and taken back after one that had no effect.
    ///   - limit: No further try begins after it, and one that is repeatable goes on no longer.
    /// - Throws: ``SpeedPixError``: `unknown_outcome` for a create that may have been made; after any other error it was not
    ///   made. `CancellationError` if the task is cancelled, before a create is sent.
    func call(
        _ route: Route, _ body: JSONValue, headers: HTTPFields = [:], intent: CreateIntent? = nil,
        limit: Duration? = nil
    ) async throws -> Envelope {
        try await withTaskExecutorPreference(pipeline.taskExecutor(for: route.operation)) {
            try await callWithRetries(route, body, headers: headers, intent: intent, limit: limit)
        }
    }

    private func callWithRetries(
        _ route: Route, _ body: JSONValue, headers: HTTPFields, intent: CreateIntent?, limit: Duration?
    ) async throws -> Envelope {
        let isRepeatable = route.definition.isRepeatable
        let bytes: [UInt8]
        do {
            bytes = try body.encoded()
        } catch {
            throw SpeedPixError(
                .invalidArgument, "the input has a number that JSON cannot say (NaN or infinity)", cause: error)
        }
        let elapsed = limit == nil ? nil : dependencies.clock.stopwatch()
        var attempt = 1
        var spent = 0
        var hasCorrectedClock = false
        var shortagePauses = DescriptorShortage.Pauses()
        while true {
            try Task.checkCancellation()
            try await intent?.recordOrThrow()
            let sentAt = state.pollScheduler.now
            do {
                var timeout = configuration.timeout
                if isRepeatable, let limit, let elapsed { timeout = min(timeout, max(limit - elapsed(), .zero)) }
                let envelope = try await send(
                    route, bytes, headers: headers, timeout: timeout, isShielded: !isRepeatable,
                    condition: intent?.sendCondition)
                state.succeeded(cost: spent)
                if route == .progress { state.pollScheduler.noteAccepted() }
                return envelope
            } catch let failure as Failure {
                if failure.error.code == .throttled { state.pollScheduler.noteThrottled(sentAt: sentAt) }
                let isInDoubt = !isRepeatable && failure.effect == .unknown
                let error = isInDoubt ? Self.inDoubt(failure.error) : failure.error
                // The try surely had no effect, so its intent is withdrawn, and before the pause: if the process ends in
                // the pause, the journal must not have the create as in doubt.
                if !isInDoubt { try await intent?.withdrawOrThrow() }
                if let offset = failure.clockOffset, !hasCorrectedClock,
                    state.correctClock(offset: offset, used: failure.usedOffset)
                {
                    // Refused for its date alone: it had no effect, and the next one is dated right.
                    if let limit, let elapsed, elapsed() >= limit { throw error }
                    hasCorrectedClock = true
                    logger.warning("this machine's clock is off", metadata: ["seconds": "\(Int(offset))"])
                    continue
                }
                // Without a free file descriptor for a connection nothing was sent. The intent is withdrawn during the pause, too:
                // others must be able to rely on a create being sent soon after its intent, or not at all.
                if failure.effect == .none, DescriptorShortage.isCause(of: failure), let pause = shortagePauses.next() {
                    try await dependencies.clock.sleep(for: pause)
                    continue
                }
                guard attempt < configuration.retries.attempts, error.isRetryable,
                    isRepeatable || failure.effect == .none
                else { throw error }
                let delay = configuration.retries.delay(
                    afterAttempt: attempt, retryAfter: error.retryAfter, random: dependencies.random())
                if let limit, let elapsed, elapsed() + delay >= limit { throw error }
                spent = failure.isTimeout ? RetryBudget.timeoutCost : RetryBudget.cost
                guard state.spend(spent) else { throw error }
                pipeline.metrics?.retried(route.operation)
                dependencies.onRetry?(route.operation)
                logger.debug(
                    "trying again",
                    metadata: ["route": "\(route.rawValue)", "attempt": "\(attempt)", "reason": "\(error.message)"])
                try await dependencies.clock.sleep(for: delay)
                attempt += 1
            }
        }
    }

    /// One try that failed, and what that means for another.
    struct Failure: Error {
        enum Effect {
            /// The call had no effect, and may be sent again: no connection was made, a middleware threw, or flow control
            /// refused it before the service's engine.
            case none
            /// The service has refused the call.
            case refused
            /// The call may have done its work.
            case unknown
        }

        var error: SpeedPixError
        var effect: Effect
        var isTimeout = false
        /// Seconds by which the service's clock is ahead, if it refused the call for its date.
        var clockOffset: Double?
        /// What the call had been signed with.
        var usedOffset = 0.0
    }

    private func send(
        _ route: Route, _ bytes: [UInt8], headers: HTTPFields, timeout: Duration, isShielded: Bool,
        condition: (@Sendable () -> Bool)?
    ) async throws -> Envelope {
        var fields = headers
        // Appended: to set a field costs a search for it. Accept and Content-Type come with the signature, which covers them.
        fields.append(HTTPField(name: .userAgent, value: configuration.userAgent))
        var request = TransportRequest(
            method: .post, url: configuration.endpoint + route.rawValue, headers: fields, body: .bytes(bytes),
            timeout: timeout)
        request.sendCondition = condition
        var signing = signing
        signing.clockOffset = state.clockOffset
        let exchange = { @Sendable [self, signing, request] in
            try await withDeadline(
                timeout, clock: dependencies.clock, expired: { AnswerTimeout() },
                operation: {
                    let response = try await self.pipeline.send(request, for: route.operation, signing: signing)
                    return (response, try await Self.collect(response.body, limit: route.definition.largestAnswer))
                })
        }
        let response: TransportResponse
        let body: [UInt8]
        do {
            // A create is shielded from the cancellation of its task for a grace period: without the answer, the id of what it
            // has started would be lost, and the result with it, although it is paid for.
            (response, body) =
                isShielded
                ? try await ShieldedOperation.run(
                    grace: configuration.cancelledCreateGrace, clock: dependencies.clock,
                    on: pipeline.taskExecutor(for: route.operation), expired: { GraceExpired() }, operation: exchange)
                : try await exchange()
        } catch let error where isShielded || !(error is CancellationError) {
            // A CancellationError of a shielded call is the transport's own, since the call's task is not cancelled. It is not
            // known whether the request was sent.
            throw failure(error)
        }
        do {
            // A result with pictures in it has megabytes. Decoded here it would delay the other calls on this thread.
            let isLarge = body.count > Self.largestQuick
            return try await withTaskExecutorPreference(isLarge ? globalConcurrentExecutor : nil) {
                try ServiceAnswer.envelope(
                    status: response.status, headers: response.headers, body: body, now: dependencies.now())
            }
        } catch let error as SpeedPixError {
            throw Failure(
                error: error, effect: effect(of: error, response.status),
                clockOffset: clockOffset(error, response.headers), usedOffset: signing.clockOffset)
        }
    }

    /// A try that brought no answer.
    private func failure(_ error: any Error) -> Failure {
        // A middleware's own, which says what there is to say.
        if let refusal = (error as? HTTPPipeline.RequestNotSent)?.error as? SpeedPixError {
            return Failure(error: refusal, effect: .none)
        }
        switch error {
        case is AnswerTimeout:
            return Failure(
                error: SpeedPixError(
                    .network, "no answer from \(configuration.endpoint): the service did not answer in time",
                    isRetryable: true),
                effect: .unknown, isTimeout: true)
        case is GraceExpired:
            return Failure(
                error: SpeedPixError(
                    .network,
                    "its task was cancelled, and \(configuration.endpoint) did not answer within"
                        + " \(configuration.cancelledCreateGrace.formattedSeconds)"),
                effect: .unknown)
        case let error as AnswerTooLarge:
            return Failure(
                error: SpeedPixError(.invalidResponse, "the answer is larger than \(error.limit >> 20) MiB"),
                effect: .unknown)
        default:
            let error = HTTPPipeline.transportError(error)
            let isSure = !error.mayHaveReachedService && !error.isRetryable
            return Failure(
                error: SpeedPixError(
                    .network,
                    (isSure ? "nothing was sent to" : "no answer from")
                        + " \(configuration.endpoint): \(error.message)",
                    remedy: error.remedy ?? (error.mayHaveReachedService ? nil : "check the endpoint and the network"),
                    isRetryable: error.isRetryable, cause: error),
                effect: error.mayHaveReachedService ? .unknown : .none)
        }
    }

    private func effect(of error: SpeedPixError, _ status: HTTPResponse.Status) -> Failure.Effect {
        if error.code == .throttled { return .none }
        // Every 5xx: a proxy's 520 … 527 came from behind it just as a 502 did.
        // With a code, too: it does not prove that nothing was started.
        if error.code == .invalidResponse || status.kind == .serverError { return .unknown }
        // Each try has a new nonce. If the service knows it, something on the way delivered the try twice, and the first
        // delivery may have started the prediction.
        return error.apiGatewayRefusal == .usedNonce ? .unknown : .refused
    }

    private func clockOffset(_ error: SpeedPixError, _ headers: HTTPFields) -> Double? {
        guard error.code == .auth, error.apiGatewayRefusal == .timestamp, let text = headers[.date],
            let date = HTTPDate.date(from: text)
        else { return nil }
        return date.timeIntervalSince(dependencies.now())
    }

    /// The answer is larger than any that the protocol has; asking again would bring it again.
    private struct AnswerTooLarge: Error {
        var limit: Int
    }

    /// The answer to a create whose task was cancelled did not come in time.
    private struct GraceExpired: Error {}

    /// The answer did not come within the call's time.
    private struct AnswerTimeout: Error {}

    private static func collect(_ body: AnyByteStream, limit: Int) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await chunk in body {
            guard bytes.count + chunk.readableBytes <= limit else { throw AnswerTooLarge(limit: limit) }
            bytes.append(contentsOf: chunk.readableBytesView)
        }
        return bytes
    }

    private static func inDoubt(_ error: SpeedPixError) -> SpeedPixError {
        .unknownOutcome(
            "the create may or may not have started a prediction: \(error.message)", httpStatus: error.httpStatus,
            serviceCode: error.serviceCode, requestID: error.requestID, cause: error)
    }
}
