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
        let text = try decoded(bytes, name, ending)
        var table: RowTable
        if !Self.isJSONLines(text.utf8, ending: ending) {
            table = try RowTable(delimited: text, name: name, separator: separator)
        } else if separator == nil {
            table = try RowTable(jsonLines: text, name: name)
        } else {
            throw RowSourceError("\(name) is JSON, which has no separator", hint: "leave --separator out")
        }
        table.isEncodingDoubtful = text.isDoubtful
        return table
    }

    package static func tooLarge(_ name: String) -> RowSourceError {
        RowSourceError(
            "\(name) is larger than 1 GiB",
            hint: "a source is held in memory as a whole; split it, and run one batch for each part")
    }

    private func decoded(_ bytes: [UInt8], _ name: String, _ ending: String) throws(RowSourceError) -> DecodedText {
        do throws(TextDecodingError) {
            return try DecodedText(bytes, as: encoding)
        } catch {
            guard case .invalid(let line, let byte, _) = error.problem else {
                throw RowSourceError("\(name): \(error.message)", hint: error.hint)
            }
            var place = "\(name):\(line)"
            let isWide = error.tried.contains { [.utf16, .utf16LittleEndian, .utf16BigEndian].contains($0) }
            if !isWide, !Self.isJSONLines(bytes[...], ending: ending), let cell = cell(of: byte - 1, in: bytes) {
                place += ", \(cell)"
            }
            throw RowSourceError(
                "\(place): \(error.message)",
                hint: "save it as UTF-8, or name what it is in: --encoding windows-1252")
        }
    }

    /// The row and the column in which a byte stands: `row 13, column title`; nil for one that stands in none.
    private func cell(of index: Int, in bytes: [UInt8]) -> String? {
        guard bytes.indices.contains(index) else { return nil }
        // The byte is found again by its value: no other zero stands before it in a table.
        var marked = bytes
        marked[index] = 0
        var reader = DelimitedReader(
            marked.dropFirst(marked.starts(with: ByteOrderMark.utf8) ? 3 : 0), delimiter: separator)
        guard let header = try? reader.next() else { return nil }
        var number = 0
        var row: DelimitedRow? = header
        while let current = row {
            if let field = current.fields.firstIndex(where: { $0.contains(0) }) {
                guard number > 0 else { return "the name of column \(field + 1)" }
                let name = header.fields.indices.contains(field) ? header.fields[field] : []
                let column = name.isEmpty ? "\(field + 1)" : String(decoding: name, as: UTF8.self)
                return "row \(RowCount.text(number)), column \(column)"
            }
            number += 1
            row = try? reader.next()
        }
        return nil
    }

    private static func isJSONLines(_ text: ArraySlice<UInt8>, ending: String) -> Bool {
        switch ending {
        case "jsonl", "ndjson", "json": true
        case "csv", "tsv", "tab", "txt": false
        default: text.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } == UInt8(ascii: "{")
        }
    }
}
