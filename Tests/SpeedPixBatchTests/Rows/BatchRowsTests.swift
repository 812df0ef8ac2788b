import SpeedPixBatch
import Testing

@Suite("BatchRows")
struct BatchRowsTests {
    private func rows(
        _ text: String, ending: String = "csv", maps: [String] = [], key: String? = nil, declared: [String],
        skipping skipped: Set<Int> = []
    ) throws -> [BatchRow] {
        let table = try RowTable(text, ending: ending)
        let mapping = try RowMapping(
            of: table, maps: maps.compactMap { ColumnMap($0) }, key: key, declared: declared, constants: [])
        return Array(BatchRows(table, mapping, skipping: skipped))
    }

    @Test("BatchRows: a row has its parameters' values, its place, and the key column's value as key and label")
    func keyColumn() throws {
        let rows = try rows(
            "photo,sku,text\na.jpg,A-1,Shoe\nb.jpg,A-2,\n", maps: ["photo=image"], key: "sku",
            declared: ["image", "text"])
        #expect(
            rows == [
                BatchRow(
                    number: 1, position: .line(2), key: RowKey("A-1"), label: "A-1",
                    values: ["image": "a.jpg", "text": "Shoe"]),
                BatchRow(
                    number: 2, position: .line(3), key: RowKey("A-2"), label: "A-2", values: ["image": "b.jpg"]),
            ])
    }

    @Test("BatchRows: without a key column the digest of the values is the key, whatever the columns' order and names")
    func digests() throws {
        let csv = try rows("text,image\nSchuh ä,shoe.jpg\n", declared: ["image", "text"])
        let json = try rows(
            #"{"foto": "shoe.jpg", "sku": 7, "text": "Schuh ä"}"#, ending: "jsonl", maps: ["foto=image", "sku="],
            declared: ["image", "text"])
        // Python: sha256 over (len(t).to_bytes(8, "big") + t for k in sorted(v) for t in (k, v[k])).
        #expect(csv.map(\.key) == [RowKey("0b342ddfe765d1b6")] && json.map(\.key) == csv.map(\.key))
        #expect(csv[0].label == "Schuh ä" && json[0].label == "shoe.jpg")
    }

    @Test("BatchRows: equal rows are counted, and moving rows moves their keys")
    func occurrences() throws {
        let lines = ["a.jpg,A", "b.jpg,B", "a.jpg,A", "a.jpg,A"]
        let keys = try rows("image,text\n\(lines.joined(separator: "\n"))\n", declared: ["image", "text"]).map(\.key)
        #expect(keys.map(\.occurrence) == [1, 1, 2, 3] && keys[0] == RowKey("8de139da6cd6ddf6"))
        let others = try rows(
            "image,text\nx.jpg,X\n\(lines.reversed().joined(separator: "\n"))\n", declared: ["image", "text"])
        #expect(Set(others.map(\.key)).isSuperset(of: keys) && others.count == 5)
    }

    @Test("BatchRows: texts that join to the same bytes have different digests, and nothing differs from an empty text")
    func digestBoundaries() throws {
        let rows = try rows(
            #"{"a": "bc"}"# + "\n" + #"{"ab": "c"}"# + "\n" + #"{"a": ""}"# + "\n" + #"{"a": null}"# + "\n" + "{}",
            ending: "jsonl", declared: ["a", "ab"])
        #expect(Set(rows.map(\.key.text)).count == 4)
        #expect(rows[3].key == RowKey("e3b0c44298fc1c14") && rows[4].key == RowKey("e3b0c44298fc1c14", occurrence: 2))
    }

    @Test("BatchRows: rows that are left out keep their numbers, and count among no equal ones")
    func skipped() throws {
        let rows = try rows("image\na.jpg\na.jpg\nb.jpg\n", declared: ["image"], skipping: [1])
        #expect(rows.map(\.number) == [2, 3] && rows.map(\.position) == [.line(3), .line(4)])
        #expect(rows.map(\.key.occurrence) == [1, 1])
    }

    @Test("BatchRows: a label is the first column with a value, or the place, and at most 120 characters long")
    func labels() throws {
        let long = String(repeating: "é", count: 200)
        let rows = try rows("sku,image\n,a.jpg\n\(long),b.jpg\n\"\",\n", maps: ["sku="], declared: ["image"])
        #expect(rows.map(\.label) == ["a.jpg", String(repeating: "é", count: 119) + "…", "rows.csv:4"])
    }

    @Test("BatchRows: a file that a pattern found is a row, and one whose name is not text a finding")
    func files() throws {
        let table = try RowTable(
            files: [Array("./a.jpg".utf8), [0x2E, 0x2F, 0xE9, 0x2E, 0x6A]], pattern: "*.j*", column: "image")
        #expect(table.summary == "*.j*: 2 files")
        #expect(table.findings.lines == ["./\\xE9.j: the name is not UTF-8 text; rename the file"])
        let mapping = try RowMapping(of: table, maps: [], key: nil, declared: ["image"], constants: [])
        let rows = BatchRows(table, mapping, skipping: table.findings.rows)
        #expect(rows.count == 1 && rows[0].position == .file && rows[0].label == "./a.jpg")
        #expect(rows[0].values == ["image": "./a.jpg"] && table.place(of: 0) == "./a.jpg")
    }
}

@Suite("RowFindings")
struct RowFindingsTests {
    private func findings(_ rows: some Sequence<Int>, _ kind: RowFinding.Kind) -> RowFindings {
        var findings = RowFindings()
        for row in rows { findings.add(kind, row: row) { ("rows.csv:\(row + 1)", "photo", "it is wrong", "mend it") } }
        return findings
    }

    @Test("RowFindings: the first twenty are shown, and all are counted by kind")
    func counted() {
        let findings = findings(1...332, .missingFile)
        #expect(findings.lines.count == 21 && findings.lines.last == "and 312 others")
        #expect(findings.lines.first == "rows.csv:2, column photo: it is wrong; mend it")
        #expect(findings.count == 332 && findings.summary == "332 missing files" && findings.rows.count == 332)
    }

    @Test("RowFindings: those of two passes are in the order of the rows")
    func merged() {
        var findings = findings([2, 30], .width)
        #expect(findings.keepsNext)
        findings.merge(self.findings(Array(3...25) + [25], .duplicateKey))
        #expect(findings.first.map(\.row) == Array(2...21) && !findings.keepsNext)
        #expect(findings.lines.last == "and 6 others" && findings.rows.count == 25)
        #expect(findings.summary == "2 with too few or too many fields, 24 duplicate keys")
    }

    @Test("RowFindings: nothing is made of what is not shown")
    func notMade() {
        var findings = findings(1...20, .wrongValue)
        var isMade = false
        findings.add(.wrongValue, row: 21) {
            isMade = true
            return ("", nil, "", nil)
        }
        #expect(!isMade && findings.lines.last == "and 1 other" && findings.summary == "21 wrong values")
    }

    @Test("RowCount: thousands are separated")
    func rowCount() {
        #expect(
            [0, 7, 999, 1000, 20_000, 1_234_567].map(RowCount.text) == [
                "0", "7", "999", "1,000", "20,000", "1,234,567",
            ])
    }
}
