#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Values that are never used twice.
enum Nonce {
    /// A version 4 UUID in lower case, as the official clients send it.
    ///
    /// Its bits are the system generator's: `UUID()` opens and closes the random device each time on Linux, and every call
    /// needs one.
    static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        // Version and variant, RFC 9562, section 5.4.
        let high: UInt64 = generator.next() & ~0xF000 | 0x4000
        let low: UInt64 = generator.next() & (.max >> 2) | 1 << 63
        return withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { bytes in
            UUID(uuid: bytes.loadUnaligned(as: uuid_t.self)).uuidString.lowercased()
        }
    }
}
