import Crypto

/// By what a row without a key column is known again: its values.
enum RowDigest {
    /// The first eight bytes of the SHA-256 of names and values, as a number. Sorted by the names' bytes, each text behind its
    /// length in bytes, in eight bytes of which the first counts most: no other values give the same bytes.
    ///
    /// Of a million rows two would be taken for equal once in forty million batches.
    static func number(of values: [(name: String, text: String)]) -> UInt64 {
        var hash = SHA256()
        for value in values.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
            update(&hash, value.name)
            update(&hash, value.text)
        }
        return hash.finalize().prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// 16 hexadecimal digits.
    static func text(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static func update(_ hash: inout SHA256, _ text: String) {
        let count = UInt64(text.utf8.count)
        var bytes = stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: count >> UInt64($0)) }
        bytes += text.utf8
        hash.update(data: bytes)
    }
}
