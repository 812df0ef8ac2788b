/// Checks bytes without making a `String` of them.
enum UTF8Text {
    /// The index of the first byte that is not UTF-8 (RFC 3629: no surrogates, no overlong forms); nil if there is none.
    static func firstInvalid(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        var at = 0
        while at < bytes.count {
            let lead = bytes[at]
            if lead < 0x80 {
                at += 1
                continue
            }
            let length: Int
            // What the second byte may be; the others are always 80…BF.
            var second: ClosedRange<UInt8> = 0x80...0xBF
            switch lead {
            case 0xC2...0xDF: length = 2
            case 0xE0: (length, second) = (3, 0xA0...0xBF)
            case 0xED: (length, second) = (3, 0x80...0x9F)
            case 0xE1...0xEF: length = 3
            case 0xF0: (length, second) = (4, 0x90...0xBF)
            case 0xF4: (length, second) = (4, 0x80...0x8F)
            case 0xF1...0xF3: length = 4
            default: return at
            }
            guard at + length <= bytes.count, second.contains(bytes[at + 1]) else { return at }
            for index in at + 2..<max(at + 2, at + length) where bytes[index] & 0xC0 != 0x80 { return at }
            at += length
        }
        return nil
    }
}
