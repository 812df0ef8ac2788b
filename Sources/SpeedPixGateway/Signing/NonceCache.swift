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

    private struct State {
        var seen: Set<UsedNonce.Fingerprint> = []
        /// The same fingerprints by the minute in which they expire, so that dropping them needs no search.
        var byMinute: [Int: [UsedNonce.Fingerprint]] = [:]
        var lastMinute = Int.min
    }

    private let state = Mutex(State())
    private let capacity: Int

    /// - Parameters:
    ///   - nonces: Those that an earlier gateway has seen.
    ///   - capacity: Two million are about 100 MB and, over half an hour, a thousand calls a second.
    init(_ nonces: [UsedNonce] = [], capacity: Int = 2_000_000) {
        self.capacity = capacity
        state.withLock { state in
            for nonce in nonces.prefix(capacity) { Self.insert(nonce, into: &state) }
        }
    }

    /// Uses up a nonce.
    func use(_ nonce: UsedNonce, now: Date) -> Verdict {
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
            guard !state.seen.contains(nonce.fingerprint) else { return .used }
            guard state.seen.count < capacity else { return .full }
            Self.insert(nonce, into: &state)
            return .fresh
        }
    }

    /// How many nonces are remembered.
    var count: Int {
        state.withLock { $0.seen.count }
    }

    private static func insert(_ nonce: UsedNonce, into state: inout State) {
        state.seen.insert(nonce.fingerprint)
        state.byMinute[minute(of: nonce.expires), default: []].append(nonce.fingerprint)
    }

    private static func minute(of date: Date) -> Int {
        Int((date.timeIntervalSince1970 / 60).rounded(.down))
    }
}
