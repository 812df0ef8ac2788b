import HTTPTypes
import SpeedPix
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// One signed call that costs nothing: it asks for a prediction that there is not.
struct ServiceProbe {
    /// An id that no service gives.
    static let predictionID = "speedpix-doctor"
    /// A clock this far off is worth a word; the service refuses calls at fifteen minutes.
    private static let toleratedClockOffset: Duration = .seconds(60)

    let configuration: SpeedPixClient.Configuration
    let context: CommandContext

    /// What became of it: the endpoint, the clock, and whether the service takes our signature.
    func diagnoses() async throws -> [Diagnosis] {
        var configuration = configuration
        configuration.retries.attempts = 1
        let date = AnswerDate(now: context.now)
        let client = context.client(configuration, middleware: [date])
        var failure: SpeedPixError?
        do {
            _ = try await client.predictions.get(Self.predictionID)
        } catch let error as SpeedPixError {
            failure = error
        }
        let found = verdicts(failure)
        return [found[0]] + (date.skew.map { [clock($0)] } ?? []) + found.dropFirst()
    }

    private func verdicts(_ error: SpeedPixError?) -> [Diagnosis] {
        let endpoint = configuration.endpoint
        let reached = Diagnosis("endpoint", .ok, message: "\(endpoint) answers")
        guard let error else { return [reached, Diagnosis("signature", .ok, message: "a signed call was accepted")] }
        switch error.code {
        case .network:
            return [
                Diagnosis("endpoint", .bad, message: error.message, remedy: reachingIt)
            ]
        case .auth:
            return [
                reached,
                Diagnosis(
                    "signature", .bad, message: ErrorText.withoutStringToSign(error.message),
                    remedy: error.remedy ?? "copy key and secret from the console again"),
            ]
        // The service itself looked for the prediction: the signature had been checked by then.
        case .apiError where error.serviceCode != nil:
            return [reached, Diagnosis("signature", .ok, message: "a signed call was accepted")]
        case .throttled:
            return [
                reached,
                Diagnosis("signature", .note, message: "too many calls just now", remedy: "try again in a minute"),
            ]
        default:
            return [
                Diagnosis(
                    "endpoint", .bad, message: "what answers at \(endpoint) is not the service: \(error.message)",
                    remedy: "check the endpoint; a proxy or a login page may be in between")
            ]
        }
    }

    /// What to try when the endpoint was not reached.
    private var reachingIt: String {
        let endpoint = configuration.endpoint
        guard let proxy = configuration.network.proxies.proxy(for: endpoint) else {
            return "check endpoint, SPEEDPIX_ENDPOINT and the network: curl -sv \(ShellText.quoted(endpoint))"
        }
        return "check the proxy, and whether it reaches the endpoint: "
            + "curl -sv -x \(ShellText.quoted("\(proxy)")) \(ShellText.quoted(endpoint))"
    }

    private func clock(_ skew: Duration) -> Diagnosis {
        let seconds = Int(abs(skew / .seconds(1)).rounded())
        let amount = seconds < 120 ? "\(seconds) s" : "\((seconds + 30) / 60) min"
        guard seconds > Int(Self.toleratedClockOffset / .seconds(1)) else {
            return Diagnosis("clock", .ok, message: "within \(max(seconds, 1)) s of the service's")
        }
        return Diagnosis(
            "clock", .note,
            message: "this machine's is \(amount) \(skew < .zero ? "behind" : "ahead of") the service's",
            remedy: "set it (timedatectl set-ntp true); until then calls are dated by the service's clock")
    }
}

/// Reads off an answer how far apart the two clocks are.
private final class AnswerDate: ClientMiddleware {
    private let now: @Sendable () -> Date
    private let measured = Mutex<Duration?>(nil)

    init(now: @escaping @Sendable () -> Date) { self.now = now }

    /// By how much this machine is ahead; nil if no answer had a date.
    var skew: Duration? { measured.withLock { $0 } }

    func intercept(
        _ request: TransportRequest, operation: ClientOperation, next: Next
    ) async throws -> TransportResponse {
        let before = now()
        let response = try await next(request)
        let after = now()
        if let date = response.headers[.date].flatMap({ HTTPDate.date(from: $0) }) {
            // The answer was written somewhere in between; its date has whole seconds, cut off.
            let middle = before.addingTimeInterval(after.timeIntervalSince(before) / 2)
            measured.withLock { $0 = $0 ?? .seconds(middle.timeIntervalSince(date) - 0.5) }
        }
        return response
    }
}
