/// The escapes of JSON's strings (RFC 8259, section 7), for the parser of the SDK and for the one of scripts.
package enum JSONEscape {
    /// What is wrong with an escape.
    package enum Problem: Error {
        /// The text ends within it.
        case unfinished
        /// JSON has none with this character.
        case unknown(UInt8)
        /// `\u` is not followed by four hexadecimal digits.
        case notHexadecimal
        /// `\u` names half of a character beyond U+FFFF, and the other half does not follow.
        case halfCharacter
    }

    /// Decodes one escape.
    ///
    /// - Parameters:
    ///   - at: The index behind the backslash; afterwards that behind the escape, or that of the byte that is wrong.
    ///   - text: Gets the character, as UTF-8.
    /// - Throws: ``Problem``.
    package static func decode(
        _ bytes: UnsafeBufferPointer<UInt8>, at: inout Int, into text: inout [UInt8]
    ) throws(Problem) {
        guard at < bytes.count else { throw .unfinished }
        let byte = bytes[at]
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            at += 1
            text.append(contentsOf: UTF8.encode(try scalar(bytes, at: &at)) ?? UTF8.encodedReplacementCharacter)
            return
        default: throw .unknown(byte)
        }
        at += 1
    }

    private static func scalar(
        _ bytes: UnsafeBufferPointer<UInt8>, at: inout Int
    ) throws(Problem) -> Unicode.Scalar {
        var code = try hexadecimal(bytes, at: &at)
        if (0xD800..<0xDC00).contains(code), bytes.count - at >= 2, bytes[at] == UInt8(ascii: "\\"),
            bytes[at + 1] == UInt8(ascii: "u")
        {
            at += 2
            let low = try hexadecimal(bytes, at: &at)
            guard (0xDC00..<0xE000).contains(low) else { throw .halfCharacter }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw .halfCharacter }
        return scalar
    }

    private static func hexadecimal(
        _ bytes: UnsafeBufferPointer<UInt8>, at: inout Int
    ) throws(Problem) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard at < bytes.count, let digit = Character(Unicode.Scalar(bytes[at])).hexDigitValue else {
                throw .notHexadecimal
            }
            code = code << 4 | UInt32(digit)
            at += 1
        }
        return code
    }
}
