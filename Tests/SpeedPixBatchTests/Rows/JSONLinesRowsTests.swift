import SpeedPixBatch
import Tables
import Testing

@Suite("RowTable: JSON Lines")
struct JSONLinesRowsTests {
    @Test("RowTable: JSON's scalars become what key=value would have")
    func scalars() throws {
        let table = try RowTable(
            """
            {"text": "Schuh \\u00e4\\n", "seed": 18446744073709551615, "n": -3, "scale": 0.5, "whole": 4.0, "yes": true}

            \t{ "text":"", "no" : false , "gone": null, "big": 1e30 }\r
            """, ending: "jsonl")
        #expect(
            table.values == [
                [
                    "text": "Schuh ä\n", "seed": "18446744073709551615", "n": "-3", "scale": "0.5", "whole": "4",
                    "yes": "true",
                ],
                ["text": "", "no": "false", "big": "1e+30"],
            ])
        #expect(table.names == ["text", "seed", "n", "scale", "whole", "yes", "no", "big"])
        #expect(table.columns.map(\.line) == [1, 1, 1, 1, 1, 1, 3, 3])
        #expect((0..<2).map(table.position) == [.line(1), .line(3)])
        #expect(table.summary == "rows.jsonl: 2 rows, JSON Lines, UTF-8")
    }

    @Test("RowTable: names keep the order of the text, whatever stands between them")
    func order() throws {
        let table = try RowTable(#"{"z\"}": "a,{\"q\": 1}", "b": "\\", "\u0061": "]", "c": 1}"#, ending: "ndjson")
        #expect(table.names == ["z\"}", "b", "a", "c"])
        #expect(table.values == [["z\"}": "a,{\"q\": 1}", "b": "\\", "a": "]", "c": "1"]])
    }

    @Test(
        "RowTable: JSON Lines are known by a brace where there is no ending, behind a byte order mark and blank lines")
    func recognised() throws {
        let text = "\u{FEFF}\n  {\"a\": 1}\n"
        #expect(try RowTable(text, ending: nil).values == [["a": "1"]])
        #expect(try RowTable("a\n{\n", ending: nil).values == [["a": "{"]])
        #expect(try RowTable("", ending: "jsonl").summary == "rows.jsonl: 0 rows, JSON Lines, UTF-8")
    }

    @Test("RowTable: numbers and truth values are known as such beside their texts")
    func types() throws {
        let table = try RowTable("{\"a\": 12, \"b\": \"12\", \"c\": true, \"d\": 1.5, \"e\": 4.0}", ending: "jsonl")
        #expect((0..<5).map { table.value(0, $0) } == [12, "12", true, 1.5, 4])
        #expect(table.values == [["a": "12", "b": "12", "c": "true", "d": "1.5", "e": "4"]])
        #expect(try RowTable("a\n12\n").value(0, 0) == "12" && table.value(0, 5) == nil)
    }

    @Test("RowTable: a line that is no row is found, and the others are read")
    func malformed() throws {
        let table = try RowTable(
            """
            {"a": 1}
            {"a": 1
            [1, 2]
            {"a": {"b": [1]}}
            {"b": [1], "a": 2}
            {"a": 1, "b": 2, "a": 1}
            {"a": 18446744073709551616}
            {"a": "x\\u0000"}
            {"a": 2}
            """, ending: "jsonl")
        #expect(table.values == [["a": "1"], [:], [:], [:], [:], [:], [:], [:], ["a": "2"]])
        let findings = table.findings.first
        #expect(findings.map(\.place) == (2...8).map { "rows.jsonl:\($0)" })
        #expect(findings.map(\.column) == [nil, nil, "a", "b", "a", nil, "a"])
        #expect(
            findings.map(\.kind) == [
                .malformed, .malformed, .wrongValue, .wrongValue, .malformed, .malformed, .wrongValue,
            ])
        #expect(findings[0].message.hasPrefix("invalid JSON: ") && findings[0].message.hasSuffix("at byte 7"))
        #expect(
            [1, 2, 3, 4, 6].map { findings[$0].message } == [
                "it is no JSON object", "it is an object", "it is a list", "the name is there twice",
                "it has a zero byte",
            ])
        #expect(findings[5].message.contains("64 bits"), "\(findings[5].message)")
    }

    @Test("RowTable: one JSON document is refused with how to make lines of it")
    func document() {
        let list = readingError(Array("[\n{\"a\": 1}\n]".utf8), ending: "json")
        #expect(list?.message == "rows is one JSON list, not JSON Lines" && list?.hint?.contains("jq -c '.[]'") == true)
        let object = readingError(Array("{\n \"a\": 1\n}\n".utf8), ending: nil)
        #expect(object?.message == "rows has JSON objects that go over several lines")
    }

    @Test("RowTable: a separator is refused for JSON, and a text of more than 1 MiB by line and name")
    func refused() {
        #expect(
            readingError(Array("{\"a\": 1}".utf8), ending: "jsonl", RowReading(separator: .tab))?.message
                == "rows is JSON, which has no separator")
        let long = Array("{\"a\": 1}\n{\"b\": \"".utf8) + [UInt8](repeating: 0x78, count: 1 << 20) + Array("y\"}".utf8)
        #expect(
            readingError(long, ending: "jsonl")?.message.hasPrefix("rows:2, column b: the text is too long") == true)
    }
}
