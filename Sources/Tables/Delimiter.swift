/// The character that a table has between its fields, as its bytes in UTF-8.
package struct Delimiter: Sendable, Equatable {
    package let bytes: [UInt8]

    package static let comma = Delimiter(byte: UInt8(ascii: ","))
    package static let semicolon = Delimiter(byte: UInt8(ascii: ";"))
    package static let tab = Delimiter(byte: UInt8(ascii: "\t"))

    /// The likelier one first.
    static let common = [comma, semicolon, tab]

    private init(byte: UInt8) {
        bytes = [byte]
    }

    /// - Returns: Nil unless the text is one character, and neither a quote nor a line end.
    package init?(_ text: String) {
        guard text.unicodeScalars.count == 1, !["\"", "\r", "\n"].contains(text) else { return nil }
        bytes = Array(text.utf8)
    }

    /// The one that is most often in the first line outside quotes; a comma if there is none.
    static func guess(in text: ArraySlice<UInt8>) -> Delimiter {
        var counts = [Int](repeating: 0, count: common.count)
        let candidates = common.map { $0.bytes[0] }
        var isQuoted = false
        var isBlank = true
        for byte in text {
            if byte == UInt8(ascii: "\"") {
                // A doubled quote opens what it has just closed.
                isQuoted.toggle()
            } else if !isQuoted {
                if byte == 0x0A || byte == 0x0D {
                    if isBlank { continue }
                    break
                }
                if let index = candidates.firstIndex(of: byte) { counts[index] += 1 }
            }
            isBlank = false
        }
        let most = counts.max() ?? 0
        return common[counts.firstIndex(of: most) ?? 0]
    }
}

/// The line `sep=;` before a table, by which Excel knows the delimiter whatever the system's language is.
enum SeparatorLine {
    static let prefix = Array("sep=".utf8)

    /// Whether a text begins as such a line does, in capitals or not.
    static func isBegun(by text: some Sequence<UInt8>) -> Bool {
        // The bit that capitals lack in ASCII; "=" has it.
        text.prefix(prefix.count).map { $0 | 0x20 } == prefix
    }

    /// The delimiter that the first line names, and the length of the line without its end; nil if it is no such line.
    static func parse(_ text: ArraySlice<UInt8>) -> (delimiter: Delimiter, length: Int)? {
        guard isBegun(by: text) else { return nil }
        // A delimiter has at most four bytes; what is longer is a table.
        let line = text.prefix(prefix.count + 5).prefix { $0 != 0x0A && $0 != 0x0D }
        guard let delimiter = Delimiter(String(decoding: line.dropFirst(prefix.count), as: UTF8.self)) else {
            return nil
        }
        return (delimiter, line.count)
    }
}
