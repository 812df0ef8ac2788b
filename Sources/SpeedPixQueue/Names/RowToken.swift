import Crypto

/// What a row is called in subjects: the first 16 bytes of the SHA-256 of its key's description, as 22 characters of base64url.
///
/// Keys are any text, and subjects have neither spaces nor dots. Of a billion rows two would have the same one with a chance of 1 in
/// 10^21.
package struct RowToken: Sendable, Hashable, CustomStringConvertible {
    private let high: UInt64
    private let low: UInt64

    /// - Parameter key: The description of the row's `RowKey`.
    package init(key: String) { self.init(hashing: Array(key.utf8)) }

    /// Of any bytes.
    init(hashing bytes: [UInt8]) {
        let digest = SHA256.hash(data: bytes)
        func number(_ bytes: some Sequence<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
        high = number(digest.prefix(8))
        low = number(digest.dropFirst(8).prefix(8))
    }

    /// - Returns: Nil for a text that ``text`` never gives.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.count == 22 else { return nil }
        var (high, low) = (UInt64(0), UInt64(0))
        for (index, byte) in text.utf8.enumerated() {
            guard let value = Self.alphabet.firstIndex(of: byte) else { return nil }
            // The last character has two bits of the digest.
            let bits = index < 21 ? 6 : 2
            guard bits == 6 || value & 15 == 0 else { return nil }
            high = high << bits | low >> (64 - bits)
            low = low << bits | UInt64(bits == 6 ? value : value >> 4)
        }
        (self.high, self.low) = (high, low)
    }

    package var text: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(22)
        var (high, low) = (high, low)
        for index in 0..<22 {
            let bits = index < 21 ? 6 : 2
            let value = Int(high >> (64 - bits))
            bytes.append(Self.alphabet[bits == 6 ? value : value << 4])
            high = high << bits | low >> (64 - bits)
            low <<= bits
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    package var description: String { text }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
}
