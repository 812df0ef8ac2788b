import LuaRuntime
import Testing

@Suite("csv")
struct CSVTests {
    @Test("csv.read uses the header as names, with quotes and line ends in fields")
    func tablesAreReadByTheirHeader() async throws {
        let folder = try ScriptFolder()
        try folder.write(
            "\u{FEFF}name,price,note\r\nmug,9.5,\"a, b\"\r\n\"say \"\"hi\"\"\",,\"two\nlines\"\r\n\r\n", to: "a.csv")
        let results = try await folder.run("return json.encode(csv.read('a.csv'), { sort_keys = true })")
        #expect(
            results == [
                .string(
                    #"[{"name":"mug","note":"a, b","price":"9.5"},{"name":"say \"hi\"","note":"two\nlines","price":""}]"#
                )
            ])
    }

    @Test("csv.parse finds the delimiter, and reads text without a header or without rows")
    func delimitersAndHeader() async throws {
        let results = try await ScriptFolder().run(
            """
            local semicolons = csv.parse("a;b\\n1;2\\n")
            local pipes = csv.parse("a|b\\n1|\\"x|y\\"", { delimiter = "|" })
            local plain = csv.parse("1,2\\n3,4", { header = false })
            return semicolons[1].b, pipes[1].b, plain[2][1], #plain, #csv.parse(""), #csv.parse("a,b\\n")
            """)
        #expect(results == ["2", "x|y", "3", 2, 0, 0])
    }

    @Test(
        "csv.read ignores delimiters inside quotes when it looks for the delimiter",
        arguments: [
            ("Preis, netto;Menge;Ort\n1;2;3", "Preis, netto"), ("\"a;b;c\",d\n1,2", "a;b;c"),
            ("a\tb, c\tx\n1\t2\t3", "b, c"),
            ("one\n1", "one"), ("\"say \"\"a;b;c\"\"\",d\n1,2", "say \"a;b;c\""),
        ])
    func theDelimiterIsTheOneOutsideQuotes(text: String, column: String) async throws {
        let folder = try ScriptFolder()
        try folder.write(text, to: "a.csv")
        try await folder.run("local row = csv.read('a.csv')[1] assert(row[ [[\(column)]] ], json.encode(row))")
    }

    @Test("csv.parse reads back what csv.format has written, whatever the fields contain")
    func formatAndParse() async throws {
        try await ScriptFolder().run(
            """
            local row = { ["a;b;c;d"] = "1;2", ["x\ty"] = "\t", ["p,q"] = " ", z = 'q"' }
            local again = csv.parse(csv.format({ row }))[1]
            for k, v in pairs(row) do assert(again[k] == v, k) end
            """)
    }

    @Test(
        "csv.read reports malformed text with its line and cause",
        arguments: [
            ("a,b\n1,\"x\n2,3\n", "x.csv:2: the quote that begins here has no end"),
            ("a,b\n1,x\"y\n", "x.csv:2: there is a quote inside a field"),
            ("a,a\n1,2\n", "the column 'a' is there twice"),
            ("a,b\n1,2,3\n", "row 1 has 3 fields and the header 2"), ("a\n\u{FFFD}", "not UTF-8"),
        ])
    func malformedCSV(text: String, message: String) async throws {
        let folder = try ScriptFolder()
        try folder.write(text.utf8.map { $0 == 0xEF ? 0xFF : $0 }, to: "x.csv")
        let error = await folder.failure("csv.read('x.csv')")
        #expect(error?.code == "invalid_csv" && error?.message.contains(message) == true, "\(error?.message ?? "read")")
    }

    @Test("csv.write and csv.format write rows in the given columns and refuse what is not a row")
    func writeAndRead() async throws {
        let folder = try ScriptFolder()
        let results = try await folder.run(
            """
            local rows = { { name = 'say "hi"', n = 1, x = 2.5 }, { name = "a,b\\nc", n = true } }
            local path = csv.write("out/rows.csv", rows, { columns = { "name", "n", "x" } })
            local again = csv.read(path)
            return csv.format(rows), csv.format({ { 1, 2 }, { "a;b" } }, { delimiter = ";" }), again[1].name, again[2].name, again[2].n
            """)
        #expect(
            results == [
                "n,name,x\r\n1,\"say \"\"hi\"\"\",2.5\r\ntrue,\"a,b\nc\",\r\n", "1;2\r\n\"a;b\"\r\n", "say \"hi\"",
                "a,b\nc",
                "true",
            ])
        #expect(
            await folder.failure("csv.format({{ nmae = 1 }}, { columns = { 'name' } })")?.message.contains(
                "did you mean 'name'?") == true)
        #expect(await folder.failure("csv.format({{ a = {} }})")?.code == "invalid_argument")
        #expect(await folder.failure("csv.format({{ a = 1 }, { 2 }})")?.code == "invalid_argument")
    }
}
