import Tables
import Testing

/// The fields of a table as strings, with the line of each row.
private struct Row: Equatable, CustomStringConvertible {
    var line: Int
    var fields: [String]
    var description: String { "\(line): \(fields)" }
}

private func rows(_ text: String, _ delimiter: Delimiter? = nil) throws -> [Row] {
    var reader = DelimitedReader(Array(text.utf8)[...], delimiter: delimiter)
    var rows: [Row] = []
    while let row = try reader.next() {
        rows.append(Row(line: row.line, fields: row.fields.map { String(decoding: $0, as: UTF8.self) }))
    }
    return rows
}

@Suite("DelimitedReader")
struct DelimitedReaderTests {
    @Test("CR LF, LF and CR end lines, and rows know theirs", arguments: ["\r\n", "\n", "\r"])
    func lineEnds(end: String) throws {
        let text = ["a,b", "1,\"x\(end)y\"", "", " ,", "2,"].joined(separator: end) + end
        let found = try rows(text)
        #expect(
            found == [
                Row(line: 1, fields: ["a", "b"]), Row(line: 2, fields: ["1", "x\(end)y"]),
                Row(line: 6, fields: ["2", ""]),
            ])
    }

    @Test(
        "The delimiter is the likeliest of the first line that has something in it",
        arguments: [
            ("a,b;c,d\n", ["a", "b;c", "d"]), ("\r\n\r\na;b\r\n", ["a", "b"]), ("a\tb, c\tx", ["a", "b, c", "x"]),
            ("\"a,b,c\";d", ["a,b,c", "d"]), ("one", ["one"]),
        ])
    func recognised(text: String, fields: [String]) throws {
        #expect(try rows(text).first?.fields == fields)
    }

    @Test(
        "A line sep= names the delimiter and is no row",
        arguments: [
            ("sep=;\r\na,b;c\r\n", nil, ["a,b", "c"]), ("SEP=|\na|b", nil, ["a", "b"]),
            ("sep=\t\na\tb", nil, ["a", "b"]), ("sep=，\na，b", nil, ["a", "b"]), ("sep=;\na;b|c", "|", ["a;b", "c"]),
        ] as [(String, String?, [String])])
    func separatorLine(text: String, given: String?, fields: [String]) throws {
        let found = try rows(text, given.flatMap(Delimiter.init))
        #expect(found == [Row(line: 2, fields: fields)])
    }

    @Test(
        "What only begins like a line sep= is a row",
        arguments: ["sep=,x", "sep=", "\"sep=;\"", "separator,b", "sep=ab"])
    func noSeparatorLine(text: String) throws {
        #expect(try rows(text).count == 1)
    }

    @Test("Quotes and delimiters count whatever mark follows them", arguments: ["\u{301}", "\u{FE0F}", "\u{200D}"])
    func bytes(mark: String) throws {
        #expect(
            try rows("a,\(mark)b,\"\(mark)c\"\"\(mark)\"\n").first?.fields == ["a", "\(mark)b", "\(mark)c\"\(mark)"])
    }

    @Test("Blanks around a field are left out, unless they are quoted or the delimiter")
    func blanks() throws {
        #expect(try rows("a, b , \"c, d\" ,\t\"e\"\t\n").first?.fields == ["a", "b", "c, d", "e"])
        #expect(try rows("\" a \", b c \t\n").first?.fields == [" a ", "b c"])
        #expect(try rows("a\t\tb").first?.fields == ["a", "", "b"])
        #expect(try rows("a  b", Delimiter(" ")).first?.fields == ["a", "", "b"])
    }

    @Test("A row of nothing is left out, one with a pair of quotes is kept")
    func emptyRows() throws {
        #expect(try rows("a,b\n,\n\"\",\n").map(\.line) == [1, 3])
        #expect(try rows("").isEmpty && rows("\n\n").isEmpty)
    }

    @Test(
        "Malformed text is refused with its line",
        arguments: [
            ("a,b\r\n1,\"x\r\n2,3\r\n", 2, "has no end"), ("a,b\r1,x\"y\r", 2, "a quote inside a field"),
            ("\"a\n\"b", 2, "text behind the quote"),
        ])
    func malformed(text: String, line: Int, message: String) {
        let error = #expect(throws: DelimitedSyntaxError.self) { try rows(text) }
        #expect(error?.line == line && error?.message.contains(message) == true, "\(String(describing: error))")
    }

    @Test("A delimiter is one character that is neither quote nor line end")
    func delimiters() {
        #expect(["", "\"", "\n", "\r", "\r\n", "ab", "e\u{301}"].allSatisfy { Delimiter($0) == nil })
        #expect([",", "|", "，", "\t"].allSatisfy { Delimiter($0)?.bytes == Array($0.utf8) })
    }
}

@Suite("DelimitedTable")
struct DelimitedTableTests {
    private func table(_ text: String) throws -> (columns: [String], rows: [[String]]) {
        let reader = DelimitedReader(Array(text.utf8)[...])
        let table = try DelimitedTable(reader)
        func strings(_ fields: [[UInt8]]) -> [String] { fields.map { String(decoding: $0, as: UTF8.self) } }
        return (strings(table.columns), table.rows.map { strings($0.fields) })
    }

    @Test("Columns without name and content are left out, wherever they are")
    func unnamedColumns() throws {
        let atEnd = try table("sku,photo,,\r\nA,a.jpg,,\r\nB,b.jpg,,\r\nC\r\n")
        #expect(atEnd.columns == ["sku", "photo"] && atEnd.rows == [["A", "a.jpg"], ["B", "b.jpg"], ["C", ""]])
        let between = try table(",sku,,photo\n,A,,a.jpg\n")
        #expect(between.columns == ["sku", "photo"] && between.rows == [["A", "a.jpg"]])
        let used = try table("sku,,\n1,x,\n")
        #expect(used.columns == ["sku", ""] && used.rows == [["1", "x"]])
    }

    @Test(
        "What is wrong with names and widths is said with the line",
        arguments: [
            ("\na,b,a\n1,2,3", 2, "the column 'a' is there twice"),
            ("a,,\n1,2,3", 1, "the columns 2 and 3 have no name"),
            ("a,b\n1,2\n1,2,3", 3, "row 2 has 3 fields and the header 2"),
        ])
    func malformed(text: String, line: Int, message: String) {
        let error = #expect(throws: DelimitedSyntaxError.self) { try table(text) }
        #expect(error?.line == line && error?.message == message)
    }

    @Test("DelimitedTableReader: rows have a field for each column, and say how many the text has")
    func widths() throws {
        var table = try DelimitedTableReader(DelimitedReader(Array("a,,b\n1\n1,2,3,,\n1,2,3,4\n".utf8)[...]))
        #expect(table.header?.fields == [[0x61], [], [0x62]] && table.columns == [0, 2])
        let short = try table.next()
        #expect(short?.width == 1 && short?.row.fields == [[0x31], [], []] && table.columns == [0, 2])
        let padded = try table.next()
        #expect(padded?.width == 3 && padded?.row.fields == [[0x31], [0x32], [0x33]] && table.columns == [0, 1, 2])
        let long = try table.next()
        #expect(long?.width == 4 && long?.row.fields == padded?.row.fields && long?.row.line == 4)
        let end = try table.next()
        #expect(end == nil)
    }

    @Test("Names that differ only in their Unicode form are two columns")
    func unicodeForms() throws {
        #expect(try table("caf\u{E9},cafe\u{301}\n1,2").rows == [["1", "2"]])
    }

    @Test("Longer rows with nothing in what is too much, and no text at all, are tables")
    func lenient() throws {
        #expect(try table("a\n1,,\n").rows == [["1"]])
        #expect(try table("").columns.isEmpty && table("a,b").rows.isEmpty)
    }
}
