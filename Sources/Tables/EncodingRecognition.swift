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

    /// Whether a text that was taken for GB18030 may well be one in Windows-1252 or Latin-1: in a third of its characters of two bytes
    /// the second is an ASCII letter, or Latin letters stand before and behind it, as in a word. Chinese texts have few of these.
    static func isRatherLatin(_ bytes: [UInt8]) -> Bool {
        var (characters, doubtful) = (0, 0)
        var index = 0
        while index + 1 < bytes.count {
            guard bytes[index] > 0x80 else {
                index += 1
                continue
            }
            let isFourBytes = (0x30...0x39).contains(bytes[index + 1])
            if !isFourBytes {
                characters += 1
                let isInWord =
                    index > 0 && isLowercase(bytes[index - 1]) && index + 2 < bytes.count
                    && isLowercase(bytes[index + 2])
                if isLowercase(bytes[index + 1] | 0x20) && bytes[index + 1] < 0x80 || isInWord { doubtful += 1 }
            }
            index += isFourBytes ? 4 : 2
        }
        return characters > 0 && doubtful * 3 >= characters
    }

    private static func isLowercase(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) }

    /// The encoding of a text that is UTF-16 for certain, without a byte order mark.
    static func byteOrder(of bytes: [UInt8]) -> TextEncoding { utf16(bytes, isUTF8: false) ?? .utf16LittleEndian }

    /// The order of UTF-16 without a byte order mark; nil if the text is none.
    ///
    /// Delimiters, line ends and Latin letters have a zero byte there, which says the order. Where there are delimiters or line
    /// ends, these alone count: 一 is U+4E00, and N is 0x4E.
    /// - Parameter isUTF8: Then half of the characters must have a zero, since that is a character of UTF-8, too.
    private static func utf16(_ bytes: [UInt8], isUTF8: Bool) -> TextEncoding? {
        guard bytes.count >= 2, bytes.count.isMultiple(of: 2), bytes.contains(0) else { return nil }
        var (littleEndian, bigEndian) = (0, 0)
        var (structureLittle, structureBig) = (0, 0)
        for index in stride(from: 0, to: bytes.count, by: 2) {
            let (first, second) = (bytes[index], bytes[index + 1])
            // CR LF as two bytes: the text has one byte for each character.
            if first == 0x0D, second == 0x0A { return nil }
            if second == 0, isCommon[Int(first)] {
                littleEndian += 1
                if first < 0x40 { structureLittle += 1 }
            }
            if first == 0, isCommon[Int(second)] {
                bigEndian += 1
                if second < 0x40 { structureBig += 1 }
            }
        }
        let most = max(littleEndian, bigEndian)
        if structureLittle != structureBig { (littleEndian, bigEndian) = (structureLittle, structureBig) }
        guard littleEndian != bigEndian, !isUTF8 || most * 4 >= bytes.count else { return nil }
        let encoding: TextEncoding = littleEndian > bigEndian ? .utf16LittleEndian : .utf16BigEndian
        return UTF16Decoding.isValid(bytes[...], encoding) ? encoding : nil
    }

    /// By byte, whether it is one of the characters that tables and lists have most.
    private static let isCommon: [Bool] = {
        let common = Set("\t\r\n,;\"=".utf8)
        return (UInt8.min...UInt8.max).map {
            common.contains($0) || (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0)
        }
    }()
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

    /// Whether a text that has mistakes is damaged UTF-8 rather than a text in another encoding: for each mistake there are
    /// nine bytes, or three Chinese characters, of valid UTF-8. In GBK few are, by chance.
    static func isMostlyValid(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBufferPointer { buffer in
            var (index, valid, mistakes) = (0, 0, 0)
            while index < buffer.count {
                if buffer[index] < 0x80 {
                    index += 1
                } else if let length = characterLength(in: buffer, at: index) {
                    index += length
                    valid += length
                } else {
                    mistakes += 1
                    // What would have belonged to the same character is no other mistake.
                    repeat { index += 1 } while index < buffer.count && (0x80...0xBF).contains(buffer[index])
                }
            }
            return valid >= 9 * mistakes
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
