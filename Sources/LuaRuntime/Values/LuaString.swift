/// A Lua string: bytes, of any encoding or none.
public struct LuaString: Sendable, Hashable {
    public var bytes: [UInt8]

    public init(_ bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
    }

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
    public init(stringLiteral value: String) {
        self.init(value)
    }
}
