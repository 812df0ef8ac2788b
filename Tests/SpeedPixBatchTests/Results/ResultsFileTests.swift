import LocalFiles
import SpeedPix
import SpeedPixTestSupport
import SystemPackage
import Tables
import Testing

@testable import SpeedPixBatch

@Suite("ResultsFile")
struct ResultsFileTests {
    private func open(
        _ folder: TemporaryFolder, _ name: String = "results.csv", columns: [String] = ["id", "text"],
        rows: String? = nil, known: [ResultRecord] = []
    ) throws -> ResultsFile {
        try ResultsFile(
            path: folder[name], shown: name, format: try #require(ResultsFormat(path: name)), columns: columns,
            rows: rows.map { folder[$0] }
        ) { add in for record in known { try add(record) } }
    }

    private func record(
        _ number: Int, _ values: [(name: String, value: JSONValue)] = [], source: [JSONValue?]? = nil
    ) -> ResultRecord {
        ResultRecord(
            number: number, source: source ?? [.string("id-\(number)"), .string("a, \"b\"\n\(number)")],
            result: RowResult(.succeeded, predictions: ["p", "q"], duration: .milliseconds(1234), values: values))
    }

    /// The table as a spreadsheet reads it.
    private func table(_ folder: TemporaryFolder, _ name: String = "results.csv") throws -> [[String]] {
        let bytes = try folder.read(name)
        #expect(bytes.starts(with: ByteOrderMark.utf8))
        var reader = DelimitedReader(try DecodedText(bytes).utf8)
        var rows: [[String]] = []
        while let row = try reader.next() { rows.append(row.fields.map { String(decoding: $0, as: UTF8.self) }) }
        #expect(Set(rows.map(\.count)).count == 1)
        return rows
    }

    @Test("A table begins with its head, and each row is in it as soon as it is appended")
    func appending() throws {
        let folder = try TemporaryFolder()
        let results = try open(folder)
        #expect(try table(folder) == [["id", "text", "state", "error", "predictions", "seconds"]])
        for number in 1...20 {
            try results.append(record(number))
            let rows = try table(folder)
            #expect(rows.count == number + 1)
            #expect(rows.last == ["id-\(number)", "a, \"b\"\n\(number)", "succeeded", "", "2", "1.23"])
        }
        #expect(try folder.names == ["results.csv"])
    }

    @Test("State, error, predictions and seconds of rows that did not succeed")
    func failures() throws {
        let folder = try TemporaryFolder()
        let results = try open(folder, columns: ["id"])
        let failure = RowResult.Failure(code: "api_error", message: "no, \"never\"")
        try results.append(ResultRecord(number: 1, source: ["a"], result: RowResult(.failed, failure: failure)))
        try results.append(ResultRecord(number: 2, source: [nil], result: RowResult(.inDoubt, duration: .seconds(3))))
        try results.append(ResultRecord(number: 3, source: [], result: BatchStop.until("06:00").result))
        #expect(
            try table(folder).dropFirst() == [
                ["a", "failed", "api_error: no, \"never\"", "0", ""], ["", "in_doubt", "", "0", "3.00"],
                ["", "not_run", "until: stopped, since it is 06:00: no row begins after that", "0", ""],
            ])
    }

    @Test("What scripts return gets columns, in the order in which they come; rows before have empty cells there")
    func returnedColumns() throws {
        let folder = try TemporaryFolder()
        let results = try open(folder, columns: ["id"])
        try results.append(record(1, source: ["1"]))
        try results.append(record(2, [("b", 2), ("a", "x,y")], source: ["2"]))
        try results.append(record(3, [("c", true), ("a", .null)], source: ["3"]))
        let rows = try table(folder)
        #expect(rows.map { $0[0] } == ["id", "1", "2", "3"])
        #expect(
            rows.map { Array($0[5...]) } == [["b", "a", "c"], ["", "", ""], ["2", "x,y", ""], ["", "", "true"]])
        #expect(try folder.names == ["results.csv"])
    }

    @Test("Cells have numbers exactly, lists and tables as JSON, and texts as they are")
    func cells() throws {
        let folder = try TemporaryFolder()
        let results = try open(folder, columns: ["id"])
        let values: [(name: String, value: JSONValue)] = [
            ("a", .integer(.max)), ("b", .unsigned(.max)), ("c", 0.1), ("d", [1, "x", [:]]), ("e", ["k": ["v"]]),
            ("f", "=1+1"), ("g", "-5"), ("h", " x "), ("i", .double(.nan)), ("j", [.double(.infinity)]), ("k", false),
            ("l", "a\0b\r\nü"), ("m", "7"),
        ]
        try results.append(record(1, values, source: ["@x"]))
        let row = try table(folder)[1]
        #expect(row[0] == "@x")
        #expect(
            Array(row[5...]) == [
                "9223372036854775807", "18446744073709551615", "0.1", #"[1,"x",{}]"#, #"{"k":["v"]}"#, "=1+1", "-5",
                " x ", "nan", "[null]", "false", "a\0b\r\nü", "7",
            ])
    }

    @Test("A name that is taken gets a number")
    func takenNames() throws {
        let folder = try TemporaryFolder()
        let results = try open(folder, columns: ["state", "x", "error_2", "error"])
        try results.append(record(1, [("x", 1), ("state", 2), ("more", 3)], source: ["s", "x", "e", "f"]))
        #expect(
            try table(folder) == [
                [
                    "state", "x", "error_2", "error", "state_2", "error_3", "predictions", "seconds", "x_2", "state_3",
                    "more",
                ],
                ["s", "x", "e", "f", "succeeded", "", "2", "1.23", "1", "2", "3"],
            ])
    }

    @Test("Beyond 200 names the rest stands as JSON in a last column", arguments: [false, true])
    func manyNames(isAtOnce: Bool) throws {
        let folder = try TemporaryFolder()
        let results = try open(folder, columns: ["id"])
        let values = (1...205).map { (name: "v\($0)", value: JSONValue.integer(Int64($0))) }
        if isAtOnce {
            try results.append(record(1, values, source: ["1"]))
        } else {
            for (index, value) in values.enumerated() { try results.append(record(index + 1, [value], source: ["1"])) }
        }
        try results.finish()
        let rows = try table(folder)
        #expect(rows[0].count == 5 + 200 + 1 && rows[0].last == "more" && rows[0][204] == "v200")
        let rest = rows.dropFirst().compactMap(\.last).filter { !$0.isEmpty }
        #expect(
            rest
                == (isAtOnce
                    ? [#"{"v201":201,"v202":202,"v203":203,"v204":204,"v205":205}"#]
                    : (201...205).map { #"{"v\#($0)":\#($0)}"# }))
    }

    @Test("finish puts the rows into their order, whatever order they came in", arguments: ["csv", "jsonl"], 0..<10)
    func sorting(format: String, seed: UInt64) throws {
        let folder = try TemporaryFolder()
        var random = SeededGenerator(seed: seed)
        let name = "results.\(format)"
        let numbers = (1...200).filter { _ in random.chance(80) }
        let known = numbers.filter { _ in random.chance(30) }.shuffled(using: &random)
        func made(_ number: Int) -> ResultRecord {
            var own = SeededGenerator(seed: UInt64(number))
            let values = (0..<own.below(4)).map { _ in
                (name: "v\(own.below(9))", value: JSONValue.integer(Int64(number)))
            }
            let unique = Dictionary(values.map { ($0.name, $0.value) }) { $1 }.map { (name: $0.key, value: $0.value) }
            return record(number, unique)
        }
        let results = try open(folder, name, known: known.map(made))
        for number in numbers.filter({ !known.contains($0) }).shuffled(using: &random) {
            try results.append(made(number))
        }
        try results.finish()
        if format == "csv" {
            let rows = try table(folder)
            #expect(rows.dropFirst().map { $0[0] } == numbers.map { "id-\($0)" })
            for (row, number) in zip(rows.dropFirst(), numbers) {
                let expected = Dictionary(made(number).result.values.map { ($0.name, "\(number)") }) { $1 }
                let returned = zip(rows[0][6...], row[6...]).filter { !$0.1.isEmpty }
                #expect(Dictionary(uniqueKeysWithValues: returned.map { ($0, $1) }) == expected)
            }
        } else {
            let lines = try folder.read(name).split(separator: 0x0A).map { try JSONValue(parsing: $0) }
            #expect(lines.compactMap { $0["id"]?.stringValue } == numbers.map { "id-\($0)" })
        }
        #expect(try folder.names == [name])
    }

    @Test("Rows may be appended after finish; of a row that was written twice, the newer result counts")
    func twice() throws {
        let folder = try TemporaryFolder()
        let results = try open(folder, columns: ["id"], known: [record(1, source: ["old"]), record(2, source: ["b"])])
        try results.finish()
        try results.append(record(3, source: ["c"]))
        try results.append(record(1, source: ["new"]))
        try results.finish()
        #expect(try table(folder).map { $0[0] } == ["id", "new", "b", "c"])
    }

    @Test("JSON Lines have the columns in their order, and values as they are")
    func jsonLines() throws {
        let folder = try TemporaryFolder()
        let results = try open(folder, "results.jsonl", columns: ["z", "a"])
        try results.append(record(1, [("list", [1, .null, .double(.nan)]), ("a", "x")], source: ["1", nil]))
        try results.append(
            ResultRecord(number: 2, source: ["2", "ü\n"], result: .failed("api_error")))
        #expect(
            try folder.text("results.jsonl") == """
                {"z":"1","state":"succeeded","predictions":2,"seconds":1.23,"list":[1,null,null],"a_2":"x"}
                {"z":"2","a":"ü\\n","state":"failed","error":"api_error: says api_error","predictions":0}

                """)
    }

    @Test("JSON Lines have the source's numbers as numbers; a table of CSV has them as they are")
    func sourceNumbers() throws {
        for (name, expected) in [
            ("r.jsonl", #"{"id":12,"sku":"012","flag":true,"state":"succeeded","predictions":0}"# + "\n"),
            ("r.csv", "\u{FEFF}id,sku,flag,state,error,predictions,seconds\r\n12,012,true,succeeded,,0,\r\n"),
        ] {
            let folder = try TemporaryFolder()
            let results = try open(folder, name, columns: ["id", "sku", "flag"])
            try results.append(ResultRecord(number: 1, source: [12, "012", true], result: RowResult(.succeeded)))
            try results.finish()
            #expect(String(decoding: try folder.read(name), as: UTF8.self) == expected)
        }
    }

    // MARK: Failures

    @Test("What cannot be written is kept, and is written with the next row", arguments: [false, true])
    func failedAppend(byFinish: Bool) throws {
        let folder = try TemporaryFolder()
        try folder.makeFolder("sub")
        let results = try open(folder, "sub/results.csv", columns: ["id"])
        try results.append(record(1, source: ["1"]))
        // A new column makes a new file, which cannot be made there.
        try folder.remove("sub")
        for number in 2...3 {
            let error = #expect(throws: SpeedPixError.self) {
                try results.append(record(number, [("new", 5)], source: [.string("\(number)")]))
            }
            #expect(error?.code == .fileSystem && error?.message.contains("sub/results.csv") == true)
        }
        #expect(results.unwrittenCount == 2)
        #expect(throws: SpeedPixError.self) { try results.finish() }
        try folder.makeFolder("sub")
        if !byFinish { try results.append(record(4, source: ["4"])) }
        try results.finish()
        let rows = try table(folder, "sub/results.csv").map { "\($0[0]) \($0[5])" }
        #expect(rows == ["id new", "1 ", "2 5", "3 5"] + (byFinish ? [] : ["4 "]) && results.unwrittenCount == 0)
    }

    @Test("A table that another program has shortened is an error that says so")
    func shortened() throws {
        let folder = try TemporaryFolder()
        let results = try open(folder, columns: ["id"])
        try results.append(record(1, source: ["1"]))
        let other = try FileDescriptor.open(FilePath(folder["results.csv"]), .writeOnly)
        try other.closeAfter { try other.resize(to: 10) }
        let error = #expect(throws: SpeedPixError.self) { try results.finish() }
        #expect(error?.message.contains("another program") == true)
    }
}
