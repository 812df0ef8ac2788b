/// A Lua string: bytes, of any encoding or none.
public struct LuaString: Sendable, Hashable {
    /// What Lua holds: UTF-8 by custom, but zeros and any other bytes are allowed.
    public var bytes: [UInt8]

    /// Content that need not be text, such as a file's.
    public init(_ bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
    }

    /// Text, as UTF-8.
    public init(_ text: some StringProtocol) {
        bytes = Array(text.utf8)
    }

    /// The text, if the bytes are UTF-8.
    public var text: String? {
        String(validating: bytes, as: UTF8.self)
    }

    /// The text, with U+FFFD for whatever is not UTF-8: for messages only.
    public var lossyText: String {
        String(decoding: bytes, as: UTF8.self)
    }

    /// The text, with each byte that is not UTF-8 as Lua escapes it, such as `\xB0`: for messages about strings whose bytes count.
    package var escapedText: String {
        var text = ""
        var rest = bytes[...]
        while let first = rest.first {
            // UTF-8 has one to four bytes for a code point.
            let length = (1...4).first {
                String(validating: rest.prefix($0), as: UTF8.self)?.unicodeScalars.count == 1
            }
            text +=
                length.map { String(decoding: rest.prefix($0), as: UTF8.self) }
                ?? "\\x" + (first < 16 ? "0" : "") + String(first, radix: 16, uppercase: true)
            rest = rest.dropFirst(length ?? 1)
        }
        return text
    }
}

extension LuaString: ExpressibleByStringLiteral {
    /// A literal, as UTF-8.
    public init(stringLiteral value: String) {
        self.init(value)
    }
}
