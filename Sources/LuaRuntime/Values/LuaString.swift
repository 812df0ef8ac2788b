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
}

extension LuaString: ExpressibleByStringLiteral {
    /// A literal, as UTF-8.
    public init(stringLiteral value: String) {
        self.init(value)
    }
}
