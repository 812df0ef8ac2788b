/// Base64 (RFC 4648, section 4), in which JetStream's answers have payloads.
enum Base64 {
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xFF, count: 256)
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        for (value, letter) in letters.utf8.enumerated() { values[Int(letter)] = UInt8(value) }
        return values
    }()

    /// Nil for what is not Base64 with its padding.
    static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard text.count % 4 == 0 else { return nil }
        guard !text.isEmpty else { return [] }
        let padding = text.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
        let letterCount = text.count - padding
        let size = text.count / 4 * 3 - padding
        var isValid = true
        let bytes = text.withUnsafeBufferPointer { text in
            values.withUnsafeBufferPointer { values in
                [UInt8](unsafeUninitializedCapacity: size) { bytes, count in
                    var bits: UInt32 = 0
                    var written = 0
                    for index in 0..<letterCount {
                        let value = values[Int(text[index])]
                        if value == 0xFF { isValid = false }
                        bits = bits << 6 | UInt32(value & 0x3F)
                        // Letters 2, 3 and 4 of each four complete a byte.
                        guard index & 3 != 0 else { continue }
                        bytes[written] = UInt8(truncatingIfNeeded: bits >> UInt32(6 - 2 * (index & 3)))
                        written += 1
                    }
                    count = written
                }
            }
        }
        return isValid && bytes.count == size ? bytes : nil
    }
}
