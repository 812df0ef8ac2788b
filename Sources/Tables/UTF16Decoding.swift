/// UTF-16 as UTF-8.
enum UTF16Decoding {
    /// Appends the text as UTF-8.
    ///
    /// - Returns: The index of the first byte that is not part of a character; nil if there is none.
    static func decode(_ bytes: ArraySlice<UInt8>, _ encoding: TextEncoding, into text: inout [UInt8]) -> Int? {
        text.reserveCapacity(text.count + bytes.count)
        return forEachScalar(of: bytes, encoding) { scalar in
            if scalar.isASCII {
                text.append(UInt8(truncatingIfNeeded: scalar.value))
            } else {
                text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
    }

    static func isValid(_ bytes: ArraySlice<UInt8>, _ encoding: TextEncoding) -> Bool {
        forEachScalar(of: bytes, encoding) { _ in } == nil
    }

    private static func forEachScalar(
        of bytes: ArraySlice<UInt8>, _ encoding: TextEncoding, _ body: (Unicode.Scalar) -> Void
    ) -> Int? {
        let high = encoding == .utf16BigEndian ? 0 : 1
        func unit(_ index: Int) -> UInt32 { UInt32(bytes[index + high]) << 8 | UInt32(bytes[index + 1 - high]) }
        var index = bytes.startIndex
        while index + 1 < bytes.endIndex {
            let first = unit(index)
            if let scalar = Unicode.Scalar(first) {
                body(scalar)
                index += 2
                continue
            }
            // Half a character: the other half has to follow.
            guard first < 0xDC00, index + 3 < bytes.endIndex, case let second = unit(index + 2),
                (0xDC00...0xDFFF).contains(second),
                let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
            else { return index }
            body(scalar)
            index += 4
        }
        return index < bytes.endIndex ? index : nil
    }
}
