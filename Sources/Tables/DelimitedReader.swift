/// One row of a table.
package struct DelimitedRow: Sendable, Equatable {
    /// The line that it begins in, from 1.
    package let line: Int
    /// The fields as UTF-8, without their quotes.
    package var fields: [[UInt8]]
}

/// A text that is not a table, and where.
package struct DelimitedSyntaxError: Error, Equatable {
    /// From 1.
    package let line: Int
    /// One sentence without the line, for after the file's name.
    package let message: String
    package let hint: String
}

/// Reads tables as spreadsheets write them (RFC 4180), row by row.
///
/// Delimiters, quotes and line ends are bytes, whatever character follows them. SwiftCSV, which this took the place of,
/// compares grapheme clusters: a quote with a combining mark behind it is none to it. Nor does it say where a text is wrong.
///
/// More is read than the RFC has: LF and CR end lines as well as CR LF, the delimiter can be another, blanks around a field
/// are left out unless they are inside its quotes, and so are rows that have nothing in them.
package struct DelimitedReader {
    package let delimiter: Delimiter
    private let bytes: ArraySlice<UInt8>
    private let first: UInt8
    private let rest: [UInt8]
    /// What may stand before a field; nothing that delimits.
    private let blanks: [UInt8]
    private var index: Int
    private var line = 1
    /// How many fields the last row had.
    private var width = 0

    private static let quote = UInt8(ascii: "\"")

    /// - Parameters:
    ///   - text: Valid UTF-8 without a byte order mark.
    ///   - delimiter: Nil: what a first line `sep=;` says, or the likeliest of comma, semicolon and tab.
    package init(_ text: ArraySlice<UInt8>, delimiter given: Delimiter? = nil) {
        bytes = text
        index = text.startIndex
        let separatorLine = SeparatorLine.parse(text)
        delimiter = given ?? separatorLine?.delimiter ?? Delimiter.guess(in: text)
        first = delimiter.bytes[0]
        rest = Array(delimiter.bytes.dropFirst())
        let delimiting = delimiter.bytes
        blanks = [0x20, 0x09].filter { [$0] != delimiting }
        if let separatorLine {
            index += separatorLine.length
            takeLineEnd()
        }
    }

    /// - Returns: The next row that has something in it, be it a pair of quotes; nil at the end.
    package mutating func next() throws(DelimitedSyntaxError) -> DelimitedRow? {
        while index < bytes.endIndex {
            if let row = try row() { return row }
        }
        return nil
    }

    private mutating func row() throws(DelimitedSyntaxError) -> DelimitedRow? {
        let begin = line
        var isEmpty = true
        var fields: [[UInt8]] = []
        fields.reserveCapacity(width)
        repeat {
            while index < bytes.endIndex, blanks.contains(bytes[index]) { index += 1 }
            if index < bytes.endIndex, bytes[index] == Self.quote {
                isEmpty = false
                fields.append(try quotedField())
            } else {
                let field = try plainField()
                if !field.isEmpty { isEmpty = false }
                fields.append(Array(field))
            }
        } while takeDelimiter()
        takeLineEnd()
        width = fields.count
        return isEmpty ? nil : DelimitedRow(line: begin, fields: fields)
    }

    // MARK: Fields

    private mutating func plainField() throws(DelimitedSyntaxError) -> ArraySlice<UInt8> {
        let start = index
        while index < bytes.endIndex, !isLineEnd(bytes[index]), !isDelimiter(at: index) {
            guard bytes[index] != Self.quote else {
                throw DelimitedSyntaxError(
                    line: line, message: "there is a quote inside a field that does not begin with one",
                    hint: "double it and quote the field")
            }
            index += 1
        }
        var end = index
        while end > start, blanks.contains(bytes[end - 1]) { end -= 1 }
        return bytes[start..<end]
    }

    private mutating func quotedField() throws(DelimitedSyntaxError) -> [UInt8] {
        let begin = line
        var field: [UInt8] = []
        index += 1
        var start = index
        while index < bytes.endIndex {
            let byte = bytes[index]
            index += 1
            if byte == 0x0A || byte == 0x0D && !(index < bytes.endIndex && bytes[index] == 0x0A) {
                line += 1
            } else if byte == Self.quote {
                field += bytes[start..<(index - 1)]
                start = index
                if index < bytes.endIndex, bytes[index] == Self.quote {
                    // The second of two is the one that is meant.
                    index += 1
                } else {
                    try closeField()
                    return field
                }
            }
        }
        throw DelimitedSyntaxError(
            line: begin, message: "the quote that begins here has no end",
            hint: "a quote inside a field is written twice: \"\"")
    }

    /// Behind the quote that ends a field.
    private mutating func closeField() throws(DelimitedSyntaxError) {
        while index < bytes.endIndex, blanks.contains(bytes[index]) { index += 1 }
        guard index == bytes.endIndex || isLineEnd(bytes[index]) || isDelimiter(at: index) else {
            throw DelimitedSyntaxError(
                line: line, message: "there is text behind the quote that ends a field",
                hint: "a quote inside a field is written twice: \"\"")
        }
    }

    // MARK: Between fields

    private func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }

    private func isDelimiter(at index: Int) -> Bool {
        bytes[index] == first && (rest.isEmpty || bytes[(index + 1)...].starts(with: rest))
    }

    private mutating func takeDelimiter() -> Bool {
        guard index < bytes.endIndex, isDelimiter(at: index) else { return false }
        index += delimiter.bytes.count
        return true
    }

    private mutating func takeLineEnd() {
        guard index < bytes.endIndex else { return }
        index += bytes[index] == 0x0D && index + 1 < bytes.endIndex && bytes[index + 1] == 0x0A ? 2 : 1
        line += 1
    }
}
