/// Reads numbers out of a file's content, none of them beyond its end.
struct ByteReader {
    private let bytes: [UInt8]
    private let isLittleEndian: Bool

    init(_ bytes: [UInt8], littleEndian: Bool = false) {
        self.bytes = bytes
        isLittleEndian = littleEndian
    }

    var count: Int { bytes.count }

    subscript(at: Int) -> UInt8? { bytes.indices.contains(at) ? bytes[at] : nil }

    /// A number of 1 to 8 bytes, or nil where the content does not reach, or it is not a number that `Int` can hold.
    func number(at offset: Int, bytes length: Int) -> Int? {
        guard offset >= 0, length <= bytes.count, offset <= bytes.count - length else { return nil }
        let digits = bytes[offset..<offset + length]
        let value = isLittleEndian ? Self.number(digits.reversed()) : Self.number(digits)
        return Int(exactly: value)
    }

    /// Four bytes as the text that names a part of a file.
    func name(at offset: Int) -> String? {
        guard offset >= 0, offset <= bytes.count - 4 else { return nil }
        let letters = bytes[offset..<offset + 4]
        return letters.allSatisfy { (0x20...0x7E).contains($0) } ? String(decoding: letters, as: UTF8.self) : nil
    }

    private static func number(_ digits: some Sequence<UInt8>) -> UInt64 {
        digits.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
