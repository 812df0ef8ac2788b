import HTTPTypes
package import Logging
import NIOCore

/// Makes signed calls: serialises once, signs those bytes, sends them, reads the envelope, and tries again where that
/// cannot cost anything.
package struct ServiceCaller: Sendable {
    /// No answer of the protocol comes near; a larger one is a mistake or an attack.
    static let largestAnswer = 8 << 20

    let configuration: Configuration
    let dependencies: ClientDependencies
    let logger: Logger
    private let signer: RequestSigner
    private let basePath: String
    private let retries = RetryPolicy()

    package init(configuration: Configuration, dependencies: ClientDependencies, logger: Logger) {
        self.configuration = configuration
        self.dependencies = dependencies
        self.logger = logger
        signer = RequestSigner(appKey: configuration.appKey, secret: configuration.appSecret)
        let afterScheme = configuration.endpoint.split(separator: "://", maxSplits: 1).last ?? ""
        basePath = afterScheme.firstIndex(of: "/").map { String(afterScheme[$0...]) } ?? ""
    }

    /// - Parameter isRepeatable: False for a create: it is only repeated if it surely had no effect.
    func call(
        _ route: Route, _ body: JSONValue, headers: HTTPFields = [:], isRepeatable: Bool = true
    ) async throws -> Envelope {
        let bytes: [UInt8]
        do {
            bytes = try body.encoded()
        } catch {
            throw SpeedPixError(
                .invalidArgument, "the input has a number that JSON cannot say (NaN or infinity)", cause: error)
        }
        var attempt = 1
        while true {
            try Task.checkCancellation()
            do {
                return try await send(route, bytes, headers: headers, isShielded: !isRepeatable)
            } catch let failure as Failure {
                let isInDoubt = !isRepeatable && failure.effect == .unknown
                let error = isInDoubt ? Self.unknownOutcome(failure.error) : failure.error
                guard attempt < retries.attempts, error.isRetryable, isRepeatable || failure.effect == .none else {
                    throw error
                }
                let delay = retries.delay(
                    afterAttempt: attempt, retryAfter: failure.retryAfter, random: dependencies.random())
                logger.debug(
                    "trying again",
                    metadata: ["route": "\(route.rawValue)", "attempt": "\(attempt)", "reason": "\(error.message)"])
                try await dependencies.clock.sleep(for: delay)
                attempt += 1
            }
        }
    }

    /// One try that failed, and what that means for another.
    private struct Failure: Error {
        enum Effect {
            /// The service's engine never saw the call: no connection was made, or flow control turned it away.
            case none
            /// The service looked at the call and said no.
            case refused
            /// The call may have done its work.
            case unknown
        }

        var error: SpeedPixError
        var effect: Effect
        var retryAfter: Duration?
    }

    private func send(
        _ route: Route, _ bytes: [UInt8], headers: HTTPFields, isShielded: Bool
    ) async throws -> Envelope {
        let path = basePath + route.rawValue
        var fields = signer.headers(path: path, body: bytes, date: dependencies.now(), nonce: dependencies.nonce())
        fields[.userAgent] = configuration.userAgent
        for field in headers { fields[field.name] = field.value }
        let request = TransportRequest(
            method: .post, url: configuration.endpoint + route.rawValue, headers: fields, body: .bytes(bytes),
            timeout: configuration.timeout)
        let exchange = { @Sendable in
            try await withDeadline(configuration.timeout, clock: dependencies.clock, expired: Self.noAnswer) {
                let response = try await dependencies.transport.send(request)
                return (response, try await Self.collect(response.body))
            }
        }
        let response: TransportResponse
        let body: [UInt8]
        do {
            // A cancelled create must still learn the id of what it started, or the result is paid for and lost.
            (response, body) = isShielded ? try await Task(operation: exchange).value : try await exchange()
        } catch let error as TransportError {
            throw Failure(
                error: SpeedPixError(
                    .network, "no answer from \(configuration.endpoint): \(error.message)",
                    remedy: error.mayHaveReachedService ? nil : "check the endpoint and the network",
                    isRetryable: true, cause: error),
                effect: error.mayHaveReachedService ? .unknown : .none)
        } catch let error where !(error is CancellationError) {
            // A custom transport that keeps to no rules: nothing is known of what it did.
            throw Failure(
                error: SpeedPixError(.network, "the transport failed: \(error)", isRetryable: true, cause: error),
                effect: .unknown)
        }
        do {
            return try ServiceAnswer.envelope(status: response.status, headers: response.headers, body: body)
        } catch let error as SpeedPixError {
            // Every 5xx: a proxy's 520 … 527 came from behind it just as a 502 did.
            // With a code, too: it does not prove that nothing was started.
            let isUndecided = response.status.kind == .serverError
            let effect: Failure.Effect =
                if error.code == .throttled {
                    .none
                } else if error.code == .invalidResponse || isUndecided {
                    .unknown
                } else {
                    .refused
                }
            throw Failure(
                error: error, effect: effect,
                retryAfter: response.headers[.retryAfter].flatMap { Int($0) }.map { .seconds(min(max($0, 0), 60)) })
        }
    }

    private static func noAnswer() -> any Error {
        TransportError("the service did not answer in time", mayHaveReachedService: true)
    }

    private static func collect(_ body: AnyByteStream) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await chunk in body {
            guard bytes.count + chunk.readableBytes <= largestAnswer else {
                throw TransportError("the answer is larger than 8 MiB", mayHaveReachedService: true)
            }
            bytes.append(contentsOf: chunk.readableBytesView)
        }
        return bytes
    }

    private static func unknownOutcome(_ error: SpeedPixError) -> SpeedPixError {
        SpeedPixError(
            .unknownOutcome, "the create may or may not have started a prediction: \(error.message)",
            remedy: "look in the console before you create it again, or it may be paid for twice",
            httpStatus: error.httpStatus, serviceCode: error.serviceCode, requestID: error.requestID, cause: error)
    }
}
