import SpeedPix

/// JSON as Python writes it.
///
/// Python's encoder writes `NaN`, `Infinity` and `-Infinity`, which are not JSON: they stand in workflows whose nodes always
/// run again, and among the limits of some nodes' inputs.
enum PythonJSON {
    /// Parses one document; what is not a number in it is read as null. Whole numbers beyond 64 bits become strings of their
    /// digits.
    ///
    /// - Throws: `DecodingError`, as `JSONValue` does.
    static func parse(_ bytes: some Collection<UInt8>) throws -> JSONValue {
        do {
            return try JSONValue(parsingAnswer: bytes)
        } catch {
            guard let replaced = withoutSpecialNumbers(bytes) else { throw error }
            return try JSONValue(parsingAnswer: replaced)
        }
    }

    private static let words = ["NaN", "Infinity", "-Infinity"].map { Array($0.utf8) }

    /// The document with `null` for each of them outside strings; nil if there are none.
    static func withoutSpecialNumbers(_ bytes: some Collection<UInt8>) -> [UInt8]? {
        let source = Array(bytes)
        var result: [UInt8] = []
        result.reserveCapacity(source.count)
        var isInString = false
        var hasChanged = false
        var at = 0
        while at < source.count {
            let byte = source[at]
            if isInString {
                result.append(byte)
                at += 1
                if byte == UInt8(ascii: "\"") {
                    isInString = false
                } else if byte == UInt8(ascii: "\\"), at < source.count {
                    result.append(source[at])
                    at += 1
                }
            } else if let word = words.first(where: { source[at...].starts(with: $0) }) {
                result += Array("null".utf8)
                at += word.count
                hasChanged = true
            } else {
                isInString = byte == UInt8(ascii: "\"")
                result.append(byte)
                at += 1
            }
        }
        return hasChanged ? result : nil
    }
}
