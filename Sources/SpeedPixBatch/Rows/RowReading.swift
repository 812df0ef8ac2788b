package import Tables

/// How a table of rows is read.
package struct RowReading: Sendable {
    /// Nil: recognised.
    package var encoding: TextEncoding?
    /// What stands between the fields of a row. Nil: recognised.
    package var separator: Delimiter?

    /// Bytes of a source, at most: it is held in memory as a whole.
    package static let sizeLimit = 1 << 30

    package init(encoding: TextEncoding? = nil, separator: Delimiter? = nil) {
        self.encoding = encoding
        self.separator = separator
    }

    /// Reads CSV or JSON Lines, whichever the name's ending or else the content says: that of JSON Lines begins with a brace.
    ///
    /// - Parameters:
    ///   - bytes: All of the source.
    ///   - name: What it is called in messages.
    ///   - ending: The ending of its name, without the dot; nil if it has none.
    /// - Throws: ``RowSourceError``; `CancellationError`.
    package func table(_ bytes: [UInt8], name: String, ending: String?) throws -> RowTable {
        let ending = ending?.lowercased() ?? ""
        if let kind = Workbook.kind(of: bytes) {
            throw RowSourceError("\(name) is \(kind), not text", hint: Workbook.remedy)
        }
        if Workbook.extensions.contains(ending) {
            throw RowSourceError("\(name) has the name of a workbook, which is not read", hint: Workbook.remedy)
        }
        guard bytes.count <= Self.sizeLimit else { throw Self.tooLarge(name) }
        let text = try decoded(bytes, name)
        guard Self.isJSONLines(text, ending: ending) else {
            return try RowTable(delimited: text, name: name, separator: separator)
        }
        guard separator == nil else {
            throw RowSourceError("\(name) is JSON, which has no separator", hint: "leave --separator out")
        }
        return try RowTable(jsonLines: text, name: name)
    }

    package static func tooLarge(_ name: String) -> RowSourceError {
        RowSourceError(
            "\(name) is larger than 1 GiB",
            hint: "a source is held in memory as a whole; split it, and run one batch for each part")
    }

    private func decoded(_ bytes: [UInt8], _ name: String) throws(RowSourceError) -> DecodedText {
        do throws(TextDecodingError) {
            return try DecodedText(bytes, as: encoding)
        } catch {
            let hint =
                switch error.problem {
                case .invalid: "save it as UTF-8, or name what it is in: --encoding windows-1252"
                case .unavailable: error.hint
                }
            throw RowSourceError("\(name)\(error.line.map { ":\($0)" } ?? ""): \(error.message)", hint: hint)
        }
    }

    private static func isJSONLines(_ text: DecodedText, ending: String) -> Bool {
        switch ending {
        case "jsonl", "ndjson", "json": true
        case "csv", "tsv", "tab", "txt": false
        default: text.utf8.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } == UInt8(ascii: "{")
        }
    }
}
