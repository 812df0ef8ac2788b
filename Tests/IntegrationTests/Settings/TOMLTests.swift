import Testing

@testable import SpeedPixCommands

@Suite("The TOML parser")
struct TOMLTests {
    private func value(_ text: String) throws -> TOMLValue? {
        try TOMLParser.parse("x = \(text)\n").entries["x"]?.value
    }

    @Test("TOML basic, literal and multi-line strings are read")
    func textsOfEveryKind() throws {
        #expect(try value(#""a\tb\u00e4\U0001F600\"""#) == .string("a\tbä😀\""))
        #expect(try value(#"'C:\no\escape'"#) == .string(#"C:\no\escape"#))
        #expect(try value("\"\"\"\nfirst\nsecond \\\n   third\"\"\"") == .string("first\nsecond third"))
        #expect(try value("'''it's'''") == .string("it's"))
        #expect(try value("\"\"\"\"two quotes \"\"\"\"\"") == .string("\"two quotes \"\""))
        #expect(try value(#""""#) == .string(""))
    }

    @Test("TOML integers, floats, booleans and arrays are read")
    func numbersAndBooleans() throws {
        #expect(try value("1_000") == .integer(1000))
        #expect(try value("-17 # comment") == .integer(-17))
        #expect(try value("0xFF") == .integer(255))
        #expect(try value("0b101") == .integer(5))
        #expect(try value("2.5e1") == .float(25))
        #expect(try value("true") == .boolean(true))
        #expect(try value("[1, 2,\n 3, # three\n]") == .array([.integer(1), .integer(2), .integer(3)]))
    }

    @Test("TOML tables, inline tables and dotted keys are read with their positions")
    func tablesAndDottedKeys() throws {
        let table = try TOMLParser.parse(
            "\u{FEFF}a.b = 1\r\n\"c d\" = {e = 'f', g.h = 2}\r\n[t.u]\r\nv = 3 # end\r\n[t]\r\nw = 4")
        #expect(table.entries["c d"]?.position == TextPosition(line: 2, column: 1))
        guard case .table(let t) = table.entries["t"]?.value, case .table(let u) = t.entries["u"]?.value else {
            Issue.record("no tables")
            return
        }
        #expect(u.entries["v"]?.value == .integer(3) && t.entries["w"]?.value == .integer(4))
        #expect(u.entries["v"]?.position == TextPosition(line: 4, column: 1))
    }

    @Test("TOML arrays of tables are read in their order, each with its line, and headers below one are of the last")
    func arraysOfTables() throws {
        let table = try TOMLParser.parse(
            """
            [[a]]
            x = 1
            [[ a ]] # the second
            x = 2
            [a.inner]
            y = 3
            [[a]]
            [b]
            [[b.list]]
            z = 4
            """)
        let elements = try #require(table.entries["a"]?.elements)
        #expect(elements.map(\.position.line) == [1, 3, 7])
        #expect(elements.map { $0.table.entries["x"]?.value } == [.integer(1), .integer(2), nil])
        guard case .table(let inner)? = elements[1].table.entries["inner"]?.value,
            case .table(let b)? = table.entries["b"]?.value
        else {
            Issue.record("no tables")
            return
        }
        #expect(inner.entries["y"]?.value == .integer(3))
        #expect(b.entries["list"]?.elements?.first?.table.entries["z"]?.position == TextPosition(line: 10, column: 1))
    }

    @Test("A TOML array of inline tables has the same elements, and one of anything else has none")
    func arraysOfInlineTables() throws {
        let table = try TOMLParser.parse("a = [{x = 1}, {x = 2}]\nb = [{x = 1}, 2]\nc = []\nd = 1")
        let elements = try #require(table.entries["a"]?.elements)
        #expect(elements.map { $0.table.entries["x"]?.value } == [.integer(1), .integer(2)])
        for name in ["b", "c", "d"] { #expect(table.entries[name]?.elements == nil, "\(name)") }
    }

    @Test(
        "A mistake in TOML is reported with its line",
        arguments: [
            ("a = 1\nb = \n", 2, "a value is missing"),
            ("a = hello\n", 1, "a text needs quotes"),
            ("a = 1\na = 2\n", 2, "a is there twice, first in line 1"),
            ("[a]\n[a]\n", 2, "this table is there twice"),
            ("a = \"open\nb = 1\n", 1, "has no \" at its end"),
            ("a = [1, 2\n", 1, "has no ] at its end"),
            ("a = [1 2]\n", 1, "a comma"),
            ("a 1\n", 1, "there must be a ="),
            ("= 1\n", 1, "a key cannot begin with ="),
            ("[[a]\n", 1, "a ] is missing"),
            ("[ [a]]\n", 1, "a key cannot begin with ["),
            ("a = 1\n[[a]]\n", 2, "a has a value already, in line 1"),
            ("a = []\n[[a]]\n", 2, "a has a value already, in line 1"),
            ("[a]\n[[a]]\n", 2, "a has a value already, in line 1"),
            ("[a.b]\n[[a]]\n", 2, "a has a value already, in line 1"),
            ("[[a]]\n[a]\n", 2, "this table is there twice"),
            ("[[a]]\nb = 1\nb = 2\n", 3, "b is there twice, first in line 2"),
            ("[[x.a]]\n[x]\na.b = 1\n", 3, "a has a value already, in line 1"),
            ("a = 2024-01-01\n", 1, "no setting is a date"),
            ("a = \"\\q\"\n", 1, "\\q means nothing"),
            ("a = \"\\ud800\"\n", 1, "must be followed by the 4 digits"),
            ("a = 1 b = 2\n", 1, "the line should have ended"),
            ("a = 99999999999999999999\n", 1, "is not a value"),
            ("a = 01\n", 1, "is not a value"),
            ("a = \"\u{1}\"\n", 1, "control character"),
            ("a = {b = 1}\na.c = 2\n", 2, "has a value already"),
            ("a = 1\n[a]\n", 2, "a has a value already"),
            ("[a\n", 1, "a ] is missing"),
        ])
    func mistakesAreNamedWithTheirPlace(text: String, line: Int, message: String) throws {
        let error = #expect(throws: TOMLSyntaxError.self) { try TOMLParser.parse(text) }
        #expect(error?.position.line == line, "\(error.map { "\($0)" } ?? "")")
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }

    @Test("TOML that nests too deep is refused")
    func nestingIsBounded() {
        let deep = "a = " + String(repeating: "[", count: 100_000)
        #expect(throws: TOMLSyntaxError.self) { try TOMLParser.parse(deep) }
        let keys = Array(repeating: "a", count: 100_000).joined(separator: ".") + " = 1"
        #expect(throws: TOMLSyntaxError.self) { try TOMLParser.parse(keys) }
    }

    /// Were the table copied for each key, this would take hours.
    @Test("50,000 keys of TOML are read within the time limit", .timeLimit(.minutes(2)))
    func manyKeysAreReadInProportion() throws {
        let text = "[t.u]\n" + (0..<50_000).map { "k\($0)=1\n" }.joined()
        guard case .table(let t) = try TOMLParser.parse(text).entries["t"]?.value,
            case .table(let u) = t.entries["u"]?.value
        else {
            Issue.record("no table")
            return
        }
        #expect(u.entries.count == 50_000)
    }

    /// Were the list copied for each of its tables, the time would grow with the square of their number.
    @Test("50,000 tables of one TOML array are read within the time limit", .timeLimit(.minutes(2)))
    func manyTablesAreReadInProportion() throws {
        let text = String(repeating: "[[t]]\nk=1\n", count: 50_000)
        #expect(try TOMLParser.parse(text).entries["t"]?.elements?.count == 50_000)
    }

    /// Whatever the bytes are, reading ends, and with an error that names a place in the text.
    @Test("Damaged TOML is read or refused with a place")
    func damagedTOML() {
        let whole =
            "a = \"x\\n\" # c\n[t.\"u v\"]\nb = [1, 2.5, {c = 'd'}]\ne = '''f\ng'''\n[[l]]\nm = 1\n[[l]]\n[l.n]\n"
        for cut in 0...whole.count {
            for extra in ["", "\"", "[", "]", "\\", "\u{0}", "=", "\n"] {
                do {
                    _ = try TOMLParser.parse(whole.prefix(cut) + extra)
                } catch {
                    #expect(error.position.line >= 1 && error.position.column >= 1 && !error.message.isEmpty)
                }
            }
        }
    }
}
