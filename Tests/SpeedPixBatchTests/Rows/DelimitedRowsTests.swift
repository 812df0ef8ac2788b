import SpeedPixBatch
import SpeedPixTestSupport
import Tables
import Testing

@Suite("RowTable: CSV")
struct DelimitedRowsTests {
    private static let text = "sku;名称\r\nA-1;鞋\r\n"

    private static func utf16(_ text: String, isBigEndian: Bool) -> [UInt8] {
        text.utf16.flatMap { unit in
            let (high, low) = (UInt8(unit >> 8), UInt8(unit & 0xFF))
            return isBigEndian ? [high, low] : [low, high]
        }
    }

    @Test("RowTable: each encoding is recognised, and said with the separator")
    func encodings() throws {
        // "sku;名称\r\nA-1;鞋\r\n" in GB18030.
        let chinese: [UInt8] =
            Array("sku;".utf8) + [0xC3, 0xFB, 0xB3, 0xC6] + Array("\r\nA-1;".utf8) + [0xD0, 0xAC] + Array("\r\n".utf8)
        let files: [(bytes: [UInt8], title: String)] = [
            (Array(Self.text.utf8), "UTF-8"),
            ([0xEF, 0xBB, 0xBF] + Array(Self.text.utf8), "UTF-8"),
            ([0xFF, 0xFE] + Self.utf16(Self.text, isBigEndian: false), "UTF-16"),
            ([0xFE, 0xFF] + Self.utf16(Self.text, isBigEndian: true), "UTF-16"),
            (Self.utf16(Self.text, isBigEndian: false), "UTF-16"),
            (chinese, "GB18030"),
        ]
        for (bytes, title) in files {
            let table = try RowReading().table(bytes, name: "rows.csv", ending: "csv")
            #expect(table.values == [["sku": "A-1", "名称": "鞋"]], "\(title)")
            #expect(table.summary == "rows.csv: 1 row, \(title), separated by semicolons")
        }
    }

    @Test("RowTable: a given encoding and separator count")
    func given() throws {
        let table = try RowReading(encoding: .windows1252, separator: Delimiter("|"))
            .table([0x61, 0x7C, 0xE9, 0x0A, 0x31, 0x7C, 0x80], name: "rows", ending: nil)
        #expect(table.values == [["a": "1", "é": "€"]])
        #expect(table.summary == "rows: 1 row, Windows-1252, separated by '|'")
    }

    @Test(
        "RowTable: the separator is recognised",
        arguments: [("a,b\n1,2\n", "commas"), ("a;b\n1;2\n", "semicolons"), ("a\tb\n1\t2\n", "tabs")])
    func separators(text: String, title: String) throws {
        let table = try RowTable(text)
        #expect(table.values == [["a": "1", "b": "2"]])
        #expect(table.summary == "rows.csv: 1 row, UTF-8, separated by \(title)")
    }

    @Test("RowTable: thousands of rows are said with commas, and a single column without a separator")
    func summaries() throws {
        let text = "image\n" + String(repeating: "a.jpg\n", count: 20_000)
        #expect(try RowTable(text).summary == "rows.csv: 20,000 rows, UTF-8, in one column")
        #expect(try RowTable("a,b\n").summary == "rows.csv: 0 rows, UTF-8, separated by commas")
    }

    @Test("RowTable: a row's line is where it begins, behind quoted line ends and blank lines")
    func lines() throws {
        let table = try RowTable("sku,text\r\nA,\"one\r\ntwo\"\r\n\r\nB,three\r\n")
        #expect(table.values == [["sku": "A", "text": "one\r\ntwo"], ["sku": "B", "text": "three"]])
        #expect((0..<2).map(table.position) == [.line(2), .line(5)])
        #expect(table.place(of: 1) == "rows.csv:5")
    }

    @Test("RowTable: an empty cell is none, and so is a column without a name")
    func empty() throws {
        let table = try RowTable(",sku,text,,\n,A,,,\n,B,x\n")
        #expect(table.names == ["sku", "text"] && table.values == [["sku": "A"], ["sku": "B", "text": "x"]])
        #expect(table.findings.isEmpty)
    }

    @Test("RowTable: rows that are too short or too long are found, and have no cells")
    func widths() throws {
        let table = try RowTable("a,b,c\n1,2,3\n1,2\n1,2,3,4\n1,2,3,,\n1\n")
        #expect(
            table.findings.lines == [
                "rows.csv:3: it has 2 fields, and there are 3 columns; an empty field needs its separator, too",
                "rows.csv:4: it has 4 fields, and there are 3 columns; a field with a separator in it needs double quotes"
                    + " around it",
                "rows.csv:6: it has 1 field, and there are 3 columns; an empty field needs its separator, too",
            ])
        #expect(table.findings.rows == [2, 3, 5] && table.findings.count(of: .width) == 3)
        #expect(table.values == [["a": "1", "b": "2", "c": "3"], [:], [:], ["a": "1", "b": "2", "c": "3"], [:]])
    }

    @Test("RowTable: a zero byte is found by row and column")
    func zeroByte() throws {
        let table = try RowTable("a,b\n1,x\u{0}y\n2,z\n", encoding: .utf8)
        #expect(table.findings.first.map(\.place) == ["rows.csv:2"] && table.findings.first.map(\.column) == ["b"])
        #expect(table.findings.first.map(\.message) == ["it has a zero byte"])
        #expect(table.values == [[:], ["a": "2", "b": "z"]])
    }

    @Test(
        "RowTable: what makes no table is refused with its line",
        arguments: [
            ("a,b,a\n1,2,3\n", "rows:1: the columns 1 and 3 are both called 'a'"),
            ("\n\na,a\n", "rows:3: the columns 1 and 2 are both called 'a'"),
            ("", "rows is empty"),
            ("\n\r\n  \n", "rows is empty"),
            ("\"\",\n1,2\n", "rows:1: no column has a name"),
            ("a,,\n1,,\n1,2,\n", "rows:3, column 2: it has a value, and no name"),
            ("a,b\n1,\"2\n3,4\n", "rows:2: the quote that begins here has no end"),
            ("a,b\n1,x\"y\n", "rows:2: there is a quote inside a field that does not begin with one"),
        ])
    func malformed(text: String, message: String) {
        #expect(readingError(Array(text.utf8))?.message == message)
    }

    @Test("RowTable: a field of more than 1 MiB is refused by row and column, one of 1 MiB is read")
    func longField() throws {
        let limit = 1 << 20
        let table = try RowTable("sku,text\nA,\(String(repeating: "x", count: limit))\n")
        #expect(table.text(0, 1)?.utf8.count == limit)
        let long = Array("sku,text\nA,x\nB,\"".utf8) + [UInt8](repeating: 0x78, count: limit + 1) + Array("\"\n".utf8)
        let error = readingError(long)
        #expect(error?.message == "rows:3, column text: the field is too long, with 1,048,577 bytes")
        #expect(error?.hint?.contains("quote") == true)
    }

    @Test("RowTable: a row of more than 16 MiB is refused")
    func longRow() {
        let names = (1...17).map { "c\($0)" }.joined(separator: ",")
        let row = [String](repeating: String(repeating: "x", count: 1 << 20), count: 17).joined(separator: ",")
        #expect(readingError(Array("\(names)\n\(row)\n".utf8))?.message == "rows:2, column c17: the row is too long")
    }

    @Test(
        "RowTable: a byte that is no part of a character is told by row, column and byte, with the option for encodings"
    )
    func badByte() {
        let bytes = Array("sku,text\nA,Größe\nB,\"x\nGr".utf8) + [0xFF] + Array("\"\n".utf8)
        let error = readingError(bytes)
        #expect(
            error?.message
                == "rows:4, row 2, column text: the text is not UTF-8 and not GB18030: byte 27 (0xFF) is no part of a character",
            "\(error?.message ?? "")")
        #expect(error?.hint?.contains("--encoding windows-1252") == true)
        let header = readingError(Array("sku,t".utf8) + [0xFF] + Array("xt\nA,b\n".utf8))
        #expect(header?.message.hasPrefix("rows:1, the name of column 2: ") == true, "\(header?.message ?? "")")
    }

    @Test("RowTable: a text in a Latin alphabet that is taken for Chinese is warned of, and a Chinese one is not")
    func doubtful() throws {
        let latin = Array("sku,text\nA,n".utf8) + [0xE9] + Array("e\n".utf8)
        let guessed = try RowReading().table(latin, name: "rows.csv", ending: "csv")
        #expect(guessed.warning?.contains("--encoding windows-1252") == true)
        let named = try RowReading(encoding: .windows1252).table(latin, name: "rows.csv", ending: "csv")
        #expect(named.warning == nil && named.text(0, 1) == "née")
        let chinese: [UInt8] = [0xC3, 0xFB, 0xD7, 0xD6, 0x0A, 0xD6, 0xD0, 0xCE, 0xC4, 0x0A]
        #expect(try RowReading().table(chinese, name: "rows.csv", ending: "csv").warning == nil)
    }

    @Test("RowTable: half of a UTF-16 pair is refused with its line, and the option names the encoding")
    func halfPair() {
        let bytes: [UInt8] =
            [0xFF, 0xFE] + Self.utf16("a;b\r\n1;", isBigEndian: false) + [0x3D, 0xD8, 0x0D, 0x00, 0x0A, 0x00]
        let error = readingError(bytes)
        #expect(error?.message == "rows:2: the text is not UTF-16: byte 17 (0x3D) is no part of a character")
        #expect(error?.hint == "save it as UTF-8, or name what it is in: --encoding windows-1252")
    }

    @Test(
        "RowTable: workbooks are refused, by content or name, with how to save the sheet as text",
        arguments: [
            ([UInt8]([0x50, 0x4B, 0x03, 0x04, 0x14]), nil), (Array("a,b\n".utf8), "numbers"), (Array("a".utf8), "XLSX"),
        ])
    func workbooks(bytes: [UInt8], ending: String?) {
        #expect(readingError(bytes, ending: ending)?.hint == Workbook.remedy)
    }

    @Test("RowTable: what DelimitedWriter writes is read again", arguments: [Delimiter.comma, .semicolon, .tab])
    func roundTrip(delimiter: Delimiter) throws {
        let pieces = ["\"", ",", ";", "\t", "\r\n", "\n", "a", "é", "e\u{301}", "货号", "👩‍👩‍👧", "sep=", "0", "=1+1"]
        var random = SeededGenerator(seed: 11)
        for round in 0..<500 {
            let width = 1 + random.below(4)
            let names = (0..<width).map { "\(random.pick(pieces))#\($0)" }
            let rows: [[String]] = (0..<random.below(5)).map { _ in
                // Blanks around a field are not part of it, nor is a row of nothing a row.
                (0..<width).map { column in
                    (column == 0 ? "k" : "") + (0..<random.below(4)).map { _ in random.pick(pieces) }.joined()
                }
            }
            var writer = DelimitedWriter(delimiter: delimiter)
            for row in [names] + rows { writer.append(row.map { Array($0.utf8) }) }
            let table = try RowReading(separator: delimiter).table(writer.bytes, name: "rows", ending: nil)
            let expected = rows.map { row in
                Dictionary(uniqueKeysWithValues: zip(names, row).filter { !$0.1.isEmpty })
            }
            #expect(table.names == names && table.values == expected && table.findings.isEmpty, "round \(round)")
        }
    }
}
