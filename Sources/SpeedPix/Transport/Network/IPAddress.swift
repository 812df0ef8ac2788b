#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// An IP address, by its bytes: one address has many spellings.
package struct IPAddress: Sendable, Hashable {
    /// 4 or 16, the most significant first.
    package let bytes: [UInt8]

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The 12 bytes before an IPv4 address that is written as an IPv6 one (RFC 4291, section 2.5.5.2).
    private static let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]

    /// - Returns: Nil for a text that is not an address: names are not looked up.
    package init?(_ text: some StringProtocol) {
        let text = String(text)
        if let four = Self.parse(text, AF_INET, count: 4) {
            bytes = four
        } else if let sixteen = Self.parse(text, AF_INET6, count: 16) {
            bytes = sixteen.starts(with: Self.mapped) ? Array(sixteen[12...]) : sixteen
        } else {
            return nil
        }
    }

    private static func parse(_ text: String, _ family: Int32, count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        return inet_pton(family, text, &bytes) == 1 ? bytes : nil
    }

    /// This machine (RFC 1122, section 3.2.1.3, and RFC 4291, section 2.5.3).
    var isLoopback: Bool {
        bytes.count == 4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes[15] == 1
    }

    /// Whether the first `prefix` bits are those of `block`.
    func isWithin(_ block: IPAddress, prefix: Int) -> Bool {
        guard bytes.count == block.bytes.count else { return false }
        let whole = prefix / 8
        guard bytes.prefix(whole) == block.bytes.prefix(whole) else { return false }
        let rest = prefix % 8
        guard rest > 0 else { return true }
        return (bytes[whole] ^ block.bytes[whole]) >> UInt8(8 - rest) == 0
    }
}
