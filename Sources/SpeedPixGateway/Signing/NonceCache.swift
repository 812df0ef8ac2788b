import Crypto
import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Remembers the nonces of accepted calls for as long as a replay of them would pass the timestamp check, and those of
/// calls without a timestamp for as long as the service does.
final class NonceCache: Sendable {
    enum Verdict {
        case fresh
        case used
        /// So many calls were accepted lately that no more nonces fit.
        case full
    }

    /// 128 bits of a hash take a tenth of a string's memory, and two nonces with the same ones cannot be found.
    private struct Fingerprint: Hashable {
        let high: UInt64
        let low: UInt64

        init(_ nonce: String) {
            let bytes = Array(SHA256.hash(data: Array(nonce.utf8)))
            high = bytes[0..<8].reduce(0) { $0 << 8 | UInt64($1) }
            low = bytes[8..<16].reduce(0) { $0 << 8 | UInt64($1) }
        }
    }

    private struct State {
        var seen: Set<Fingerprint> = []
        /// The same fingerprints by the minute in which they expire, so that dropping them needs no search.
        var byMinute: [Int: [Fingerprint]] = [:]
        var lastMinute = Int.min
    }

    private let state = Mutex(State())
    private let capacity: Int

    /// - Parameter capacity: Two million are about 100 MB and, over half an hour, a thousand calls a second.
    init(capacity: Int = 2_000_000) {
        self.capacity = capacity
    }

    /// Uses up a nonce.
    ///
    /// - Parameter expiry: When a call with this nonce would be refused for its timestamp anyway, or when the service forgets
    ///   the nonce of a call that has none.
    func use(_ nonce: String, until expiry: Date, now: Date) -> Verdict {
        let fingerprint = Fingerprint(nonce)
        let minute = Self.minute(of: now)
        return state.withLock { state in
            if minute > state.lastMinute {
                for expired in state.byMinute.keys.filter({ $0 < minute }) {
                    for fingerprint in state.byMinute.removeValue(forKey: expired) ?? [] {
                        state.seen.remove(fingerprint)
                    }
                }
                state.lastMinute = minute
            }
            guard !state.seen.contains(fingerprint) else { return .used }
            guard state.seen.count < capacity else { return .full }
            state.seen.insert(fingerprint)
            state.byMinute[Self.minute(of: expiry), default: []].append(fingerprint)
            return .fresh
        }
    }

    /// How many nonces are remembered.
    var count: Int {
        state.withLock { $0.seen.count }
    }

    private static func minute(of date: Date) -> Int {
        Int((date.timeIntervalSince1970 / 60).rounded(.down))
    }
}
