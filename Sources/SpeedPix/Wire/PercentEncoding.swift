/// Percent-encoding of URL parts and header parameters (RFC 3986, section 2).
package enum PercentEncoding {
    private static let digits = Array("0123456789ABCDEF".utf8)

    /// Everything but letters, digits and `-._~` as `%XX` of its UTF-8.
    package static func encode(_ text: String) -> String {
        encode(text) { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: true
            default: false
            }
        }
    }

    /// Every byte of the text's UTF-8 as `%XX`, but those that are kept.
    static func encode(_ text: String, keeping isKept: (UInt8) -> Bool) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if isKept(byte) {
                bytes.append(byte)
            } else {
                bytes += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The bytes behind an encoded text; nil for a `%` without two hexadecimal digits after it.
    package static func decodedBytes(_ text: some StringProtocol) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == 0x25 else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(value), let low = rest.popFirst().flatMap(value) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    /// The text behind an encoded one; nil if it is malformed or not UTF-8.
    package static func decode(_ text: some StringProtocol) -> String? {
        decodedBytes(text).flatMap { String(validating: $0, as: UTF8.self) }
    }

    /// The bytes behind a part of a query or of a form, where a `+` is a space.
    ///
    /// A `%` without two hexadecimal digits after it stands for itself: the text was not percent-encoded.
    package static func decodedFormBytes(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var rest = bytes
        while let byte = rest.popFirst() {
            if byte == 0x25, let high = rest.first.flatMap(value), let low = rest.dropFirst().first.flatMap(value) {
                decoded.append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else {
                decoded.append(byte == 0x2B ? 0x20 : byte)
            }
        }
        return decoded
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x41 + 10
        case 0x61...0x66: digit - 0x61 + 10
        default: nil
        }
    }
}
