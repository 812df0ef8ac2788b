/// Writes tables as spreadsheets read them (RFC 4180): what ``DelimitedReader`` reads of it are the fields that were given.
package struct DelimitedWriter {
    /// What has been written, as UTF-8 without a byte order mark.
    package private(set) var bytes: [UInt8] = []
    /// Whether all of it is ASCII. Excel takes a file with anything else for its system's encoding, unless a byte order mark
    /// says that it is UTF-8.
    package private(set) var isASCII = true
    private let delimiter: Delimiter
    /// By byte, whether it may not stand in a field without quotes. Every common delimiter is among them: a reader may have to
    /// guess which one it is.
    private let isSpecial: [Bool]

    package init(delimiter: Delimiter = .comma) {
        self.delimiter = delimiter
        var isSpecial = [Bool](repeating: false, count: 256)
        for byte in "\"\r\n".utf8 + (Delimiter.common + [delimiter]).map({ $0.bytes[0] }) {
            isSpecial[Int(byte)] = true
        }
        self.isSpecial = isSpecial
    }

    /// - Parameter fields: UTF-8.
    package mutating func append(_ fields: [[UInt8]]) {
        let isFirstRow = bytes.isEmpty
        let isEmpty = fields.allSatisfy(\.isEmpty)
        for (column, field) in fields.enumerated() {
            if column > 0 { bytes += delimiter.bytes }
            let isFirst = column == 0
            // A row of nothing would be taken for none, and the first field for a mark or a line `sep=;`.
            if isFirst && (isEmpty || isFirstRow && Self.isMistakable(field)) || needsQuotes(field) {
                appendQuoted(field)
            } else {
                bytes += field
            }
            if isASCII, field.contains(where: { $0 >= 0x80 }) { isASCII = false }
        }
        bytes += [0x0D, 0x0A]
    }

    private static func isMistakable(_ field: [UInt8]) -> Bool {
        field.starts(with: ByteOrderMark.utf8) || SeparatorLine.isBegun(by: field)
    }

    private func needsQuotes(_ field: [UInt8]) -> Bool {
        guard let first = field.first, let last = field.last else { return false }
        return Self.isBlank(first) || Self.isBlank(last) || field.contains { isSpecial[Int($0)] }
    }

    /// Whether a program may cut the byte off from the ends of a field.
    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    private mutating func appendQuoted(_ field: [UInt8]) {
        let quote = UInt8(ascii: "\"")
        bytes.append(quote)
        for byte in field {
            if byte == quote { bytes.append(quote) }
            bytes.append(byte)
        }
        bytes.append(quote)
    }
}
