/// Which encoding a text is in, when none is given.
enum EncodingRecognition {
    /// What a text without a byte order mark can be.
    enum Finding: Equatable {
        case certain(TextEncoding)
        /// It is not UTF-8; of what is left, this is the likeliest.
        case guessed(TextEncoding)
    }

    static func encoding(of bytes: [UInt8]) -> Finding {
        let isUTF8 = UTF8Validity.isValid(bytes)
        if let encoding = utf16(bytes, isUTF8: isUTF8) { return .certain(encoding) }
        if isUTF8 { return .certain(.utf8) }
        return UTF8Validity.isMostlyValid(bytes) ? .certain(.utf8) : .guessed(.gb18030)
    }

    /// The order of UTF-16 without a byte order mark; nil if the text is none.
    ///
    /// Delimiters, line ends and whatever else is ASCII have a zero byte there, always on the same side of the character.
    /// - Parameter isUTF8: Then the zeros have to be many, since a zero byte is a character of UTF-8, too.
    private static func utf16(_ bytes: [UInt8], isUTF8: Bool) -> TextEncoding? {
        guard bytes.count >= 2, bytes.count.isMultiple(of: 2), bytes.contains(0) else { return nil }
        var zeros = (even: 0, odd: 0)
        for index in stride(from: 0, to: bytes.count, by: 2) {
            if bytes[index] == 0 { zeros.even += 1 }
            if bytes[index + 1] == 0 { zeros.odd += 1 }
            // CR LF as two bytes: the text has one byte for each character.
            if bytes[index] == 0x0D, bytes[index + 1] == 0x0A { return nil }
        }
        guard (zeros.even == 0) != (zeros.odd == 0) else { return nil }
        guard !isUTF8 || (zeros.even + zeros.odd) * 8 >= bytes.count else { return nil }
        let encoding: TextEncoding = zeros.even == 0 ? .utf16LittleEndian : .utf16BigEndian
        return UTF16Decoding.isValid(bytes[...], encoding) ? encoding : nil
    }
}

/// How much of a text is UTF-8.
enum UTF8Validity {
    static func isValid(_ bytes: [UInt8]) -> Bool { firstError(in: bytes[...]) == nil }

    /// The index of the first byte that is not part of a character; nil if there is none.
    static func firstError(in bytes: ArraySlice<UInt8>) -> Int? {
        bytes.withUnsafeBufferPointer { buffer in
            var index = 0
            while index < buffer.count {
                if buffer[index] < 0x80 {
                    index += 1
                    continue
                }
                guard let length = characterLength(in: buffer, at: index) else { return bytes.startIndex + index }
                index += length
            }
            return nil
        }
    }

    /// Whether a text that has mistakes is damaged UTF-8 rather than a text in another encoding: of the bytes that are not
    /// ASCII nine in ten belong to characters of UTF-8. In GBK a third do, by chance.
    static func isMostlyValid(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBufferPointer { buffer in
            var (index, valid, invalid) = (0, 0, 0)
            while index < buffer.count {
                if buffer[index] < 0x80 {
                    index += 1
                } else if let length = characterLength(in: buffer, at: index) {
                    index += length
                    valid += length
                } else {
                    index += 1
                    invalid += 1
                }
            }
            return valid >= 9 * invalid
        }
    }

    /// The length of the character of several bytes that begins here; nil if none does (Unicode, table 3-7).
    private static func characterLength(in bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Int? {
        let (length, second): (Int, ClosedRange<UInt8>)
        switch bytes[index] {
        case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return nil
        }
        guard index + length <= bytes.count, second.contains(bytes[index + 1]) else { return nil }
        for offset in 2..<max(2, length) where !(0x80...0xBF).contains(bytes[index + offset]) { return nil }
        return length
    }
}
