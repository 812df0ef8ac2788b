import Crypto
import SpeedPix
import Synchronization

/// The codes that links to the console end in: each opens one session, within a short time.
///
/// They are in memory alone, and go with the gateway.
final class ConsoleCodes: Sendable {
    /// How long a code is good for.
    static let lifetime: Duration = .seconds(300)
    /// Wrong codes in a minute. After them every code is refused until the minute has passed.
    static let mostFailures = 30
    /// Bytes of a code.
    private static let length = 16
    /// Codes at the same time; of more, the oldest ones count no longer.
    private static let most = 100
    private static let minute: Duration = .seconds(60)

    private struct Code {
        /// Compared instead of the code, so that the time does not show how much of a guess was right.
        let digest: [UInt8]
        /// Since it was made.
        let elapsed: @Sendable () -> Duration
    }

    private struct State {
        var codes: [Code] = []
        var failures = 0
        /// Since the first of the failures.
        var elapsed: @Sendable () -> Duration = { .zero }
    }

    private let clock: any Clock<Duration>
    private let secretBytes: @Sendable (Int) -> [UInt8]
    private let state = Mutex(State())

    /// - Parameter secretBytes: As ``GatewayConfiguration/secretBytes``.
    init(clock: any Clock<Duration>, secretBytes: @escaping @Sendable (Int) -> [UInt8]) {
        self.clock = clock
        self.secretBytes = secretBytes
    }

    /// A new code: 32 hexadecimal digits.
    func make() -> String {
        let code = secretBytes(Self.length).hexadecimal
        let made = Code(digest: Self.digest(code), elapsed: clock.stopwatch())
        state.withLock { state in
            state.codes.removeAll { $0.elapsed() >= Self.lifetime }
            if state.codes.count >= Self.most { state.codes.removeFirst() }
            state.codes.append(made)
        }
        return code
    }

    /// Uses up a code.
    ///
    /// - Throws: ``Refusal`` for a code that was used, is too old or never was one, and for every code after too many of them.
    func use(_ code: String) throws(Refusal) {
        let digest = Self.digest(code)
        let refusal = state.withLock { state -> Refusal? in
            let elapsed = state.elapsed()
            if elapsed >= Self.minute { state.failures = 0 }
            guard state.failures < Self.mostFailures else { return Self.tooMany(after: Self.minute - elapsed) }
            state.codes.removeAll { $0.elapsed() >= Self.lifetime }
            if let index = state.codes.firstIndex(where: { $0.digest == digest }) {
                state.codes.remove(at: index)
                return nil
            }
            if state.failures == 0 { state.elapsed = clock.stopwatch() }
            state.failures += 1
            return Refusal(
                "InvalidCode",
                "the link was used already, or is older than 5 minutes: speedpix console makes a new one",
                status: .forbidden)
        }
        if let refusal { throw refusal }
    }

    private static func tooMany(after time: Duration) -> Refusal {
        var refusal = Refusal(
            "TooManyCodes", "too many wrong codes were tried: wait a minute", status: .tooManyRequests)
        refusal.headers[.retryAfter] = String(max(1, Int((time / .seconds(1)).rounded(.up))))
        return refusal
    }

    private static func digest(_ code: String) -> [UInt8] { Array(SHA256.hash(data: Array(code.utf8))) }
}
