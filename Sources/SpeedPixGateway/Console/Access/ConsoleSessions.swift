import Crypto
import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Makes and reads the tokens that pages of the console have.
///
/// A token is checked by the key of the data folder alone, so that a page that is left open goes on with the next gateway.
struct ConsoleSessions: Sendable {
    enum Failure: Error, Equatable {
        /// Nothing that was made with this key.
        case unknown
        case expired
    }

    /// How long a token is good for.
    static let lifetime: TimeInterval = 30 * 24 * 3600
    /// Random bytes of a token, which distinguish it from others.
    static let length = 16

    private let key: SymmetricKey

    /// - Parameter key: The secret of the data folder for this purpose, and for no other.
    init(key: [UInt8]) {
        self.key = SymmetricKey(data: key)
    }

    /// A new token: when it expires, random bytes, and the code that authenticates both, with points between.
    ///
    /// - Parameter random: ``length`` bytes that were never used before.
    /// - Returns: The token and when it expires, in seconds since 1970.
    func make(random: [UInt8], now: Date) -> (token: String, expires: Int64) {
        let expires = Int64(now.timeIntervalSince1970 + Self.lifetime)
        let name = random.hexadecimal
        return ("\(expires).\(name).\(code(of: "\(expires)", name))", expires)
    }

    /// - Throws: Why the token counts for nothing.
    func check(_ token: String, now: Date) throws(Failure) {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false).map { String($0) }
        guard parts.count == 3, CallVerifier.isEqual(code(of: parts[0], parts[1]), parts[2]),
            let expires = Int64(parts[0])
        else { throw .unknown }
        guard Double(expires) > now.timeIntervalSince1970 else { throw .expired }
    }

    private func code(of expires: String, _ name: String) -> String {
        let text = "speedpix console session\n\(expires)\n\(name)"
        return HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key).hexadecimal
    }
}
