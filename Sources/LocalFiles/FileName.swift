package import SystemPackage

/// The name of a file in its folder: bytes, as the system keeps them. Two that look the same, since they differ only in their
/// Unicode form, are two; one that is not text is a name as well.
package struct FileName: Sendable, Hashable, Comparable {
    package let bytes: [UInt8]

    package init(bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
    }

    package init(_ text: String) {
        bytes = Array(text.utf8)
    }

    package init(_ component: FilePath.Component) {
        bytes = component.withPlatformString { start in
            var bytes: [UInt8] = []
            var next = start
            while next.pointee != 0 {
                bytes.append(UInt8(bitPattern: next.pointee))
                next += 1
            }
            return bytes
        }
    }

    /// The name, if it is UTF-8 text.
    package var text: String? { String(validating: bytes, as: UTF8.self) }

    /// For messages: the name, with each byte that is not UTF-8 as `\xB0`.
    package var shown: String { Self.shown(bytes) }

    /// Whether a plain listing leaves it out.
    package var isHidden: Bool { bytes.first == UInt8(ascii: ".") }

    /// By bytes, which for UTF-8 is the order of the code points.
    package static func < (left: FileName, right: FileName) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }

    /// Calls `body` with the name as C takes it.
    package func withCString<Result>(_ body: (UnsafePointer<CChar>) -> Result) -> Result {
        FilePath(bytes: bytes).withPlatformString(body)
    }

    /// Text as it is, and every byte that belongs to none as `\xB0`.
    package static func shown(_ bytes: [UInt8]) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        return escapingInvalid(bytes) { byte in "\\x" + hexadecimal(byte) }
    }

    /// Text as it is, and every byte that belongs to none as `%B0`: for the names of uploads, which must be text.
    package var percentEncoded: String {
        Self.escapingInvalid(bytes) { byte in "%" + Self.hexadecimal(byte) }
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }

    private static func escapingInvalid(_ bytes: [UInt8], _ escape: (UInt8) -> String) -> String {
        var shown = ""
        var rest = bytes[...]
        while let first = rest.first {
            // UTF-8 has one to four bytes for a character.
            let length = (1...4).first { String(validating: rest.prefix($0), as: UTF8.self)?.unicodeScalars.count == 1 }
            if let length {
                shown += String(decoding: rest.prefix(length), as: UTF8.self)
                rest = rest.dropFirst(length)
            } else {
                shown += escape(first)
                rest = rest.dropFirst()
            }
        }
        return shown
    }
}

extension FileName: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) {
        self.init(text)
    }
}
