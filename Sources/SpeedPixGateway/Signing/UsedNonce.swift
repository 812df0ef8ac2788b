import Crypto

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A nonce that a call has used up, as it is remembered: by 128 bits of its hash.
///
/// They take a tenth of a string's memory, and two nonces with the same ones cannot be found.
struct UsedNonce: Sendable, Hashable {
    /// What stands for the nonce.
    struct Fingerprint: Sendable, Hashable {
        fileprivate let high: UInt64
        fileprivate let low: UInt64
    }

    let fingerprint: Fingerprint
    /// When a call with this nonce would be refused for its timestamp anyway, or when the service forgets the nonce of a
    /// call that has none.
    let expires: Date

    init(_ nonce: String, expires: Date) {
        let bytes = Array(SHA256.hash(data: Array(nonce.utf8)))
        fingerprint = Fingerprint(
            high: bytes[0..<8].reduce(0) { $0 << 8 | UInt64($1) }, low: bytes[8..<16].reduce(0) { $0 << 8 | UInt64($1) }
        )
        self.expires = expires
    }

    /// - Parameters:
    ///   - high: What ``high`` was, and `low` likewise.
    init(high: Int64, low: Int64, expires: Date) {
        fingerprint = Fingerprint(high: UInt64(bitPattern: high), low: UInt64(bitPattern: low))
        self.expires = expires
    }

    /// The first half of the fingerprint, as a database keeps it.
    var high: Int64 { Int64(bitPattern: fingerprint.high) }
    /// The second half.
    var low: Int64 { Int64(bitPattern: fingerprint.low) }
}
