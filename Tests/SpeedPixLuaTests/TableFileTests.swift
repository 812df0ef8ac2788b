import LuaRuntime
import Testing

/// What designers' spreadsheets and editors write, as scripts read it.
@Suite("Files of spreadsheets and editors")
struct TableFileTests {
    private static let inUTF8 = Array("货号,图片\r\nA-1,大丽花.jpg\r\n".utf8)
    private static let inGBK: [UInt8] =
        [0xBB, 0xF5, 0xBA, 0xC5, 0x2C, 0xCD, 0xBC, 0xC6, 0xAC, 0x0D, 0x0A] + Array("A-1,".utf8)
        + [0xB4, 0xF3, 0xC0, 0xF6, 0xBB, 0xA8] + Array(".jpg\r\n".utf8)

    private static func utf16(_ text: String, marked: Bool = true) -> [UInt8] {
        ((marked ? [0xFEFF] : []) + Array(text.utf16)).flatMap {
            [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)]
        }
    }

    @Test(
        "csv.read reads UTF-8, UTF-16 and GBK, with tabs, semicolons and a line sep=",
        arguments: [
            inUTF8, [0xEF, 0xBB, 0xBF] + inUTF8, inGBK, utf16("货号\t图片\r\nA-1\t大丽花.jpg\r\n"),
            utf16("货号,图片\r\nA-1,大丽花.jpg\r\n", marked: false), Array("sep=;\r\n货号;图片\r\nA-1;大丽花.jpg\r\n".utf8),
            Array("货号,图片,,\r\nA-1,大丽花.jpg,,\r\n,,,\r\n".utf8), Array("货号;图片\rA-1;大丽花.jpg\r".utf8),
        ])
    func read(bytes: [UInt8]) async throws {
        let folder = try ScriptFolder()
        try folder.write(bytes, to: "a.csv")
        let results = try await folder.run(
            """
            local rows = csv.read('a.csv')
            local parsed = csv.parse(fs.read('a.csv'))
            assert(parsed[1]["图片"] == rows[1]["图片"])
            local names = 0
            for _ in pairs(rows[1]) do names = names + 1 end
            return #rows, names, rows[1]["货号"], rows[1]["图片"]
            """)
        #expect(results == [1, 2, "A-1", "大丽花.jpg"])
    }

    @Test("The option encoding names the encoding, and an unknown one is refused with those that there are")
    func encodings() async throws {
        let folder = try ScriptFolder()
        try folder.write([0x61, 0x0A, 0x47, 0x72, 0xF6, 0xDF, 0x65], to: "latin.csv")
        try folder.write(Self.inGBK, to: "gbk.csv")
        let results = try await folder.run(
            """
            return csv.read('latin.csv', { encoding = 'windows-1252' })[1].a, csv.read('gbk.csv', { encoding = 'GBK' })[1]["货号"]
            """)
        #expect(results == ["Größe", "A-1"])
        for call in ["csv.read('gbk.csv', %)", "csv.parse('a', %)", "fs.lines('gbk.csv', %)"] {
            let error = await folder.failure(call.replacing("%", with: "{ encoding = 'gbx' }"))
            #expect(error?.code == "invalid_argument" && error?.message.contains("knows no encoding 'gbx'") == true)
            #expect(
                error?.hint?.contains("gbk") == true && error?.hint?.contains("utf-16") == true, "\(error?.hint ?? "")")
        }
    }

    @Test(
        "What cannot be decoded is an error with the encoding, the line and the byte",
        arguments: [
            ("{ encoding = 'utf-8' }", inGBK, "x.csv:1: the text is not UTF-8: byte 1 (0xBB)"),
            ("{ encoding = 'gbk' }", Array("a\n".utf8) + [0xFF], "x.csv:2: the text is not GB18030: byte 3 (0xFF)"),
            ("{}", Array("a\n".utf8) + [0xFF], "x.csv:2: the text is not UTF-8 and not GB18030: byte 3 (0xFF)"),
            ("{}", [0xFF, 0xFE, 0x61, 0, 0x0A], "x.csv:1: the text is not UTF-16: byte 5 (0x0A)"),
        ] as [(String, [UInt8], String)])
    func undecodable(options: String, bytes: [UInt8], message: String) async throws {
        let folder = try ScriptFolder()
        try folder.write(bytes, to: "x.csv")
        for (function, code) in [("csv.read", "invalid_csv"), ("fs.lines", "invalid_text")] {
            let error = await folder.failure("\(function)('x.csv', \(options))")
            #expect(error?.code == code && error?.message.contains(message) == true, "\(error?.message ?? "read")")
            #expect(error?.hint?.contains("save it as UTF-8") == true)
        }
    }

    @Test(
        "A workbook is refused with what to do instead",
        arguments: [
            ("p.xlsx", [0x50, 0x4B, 0x03, 0x04, 0x14, 0]), ("p.numbers", [0x50, 0x4B, 0x03, 0x04, 0x14, 0]),
            ("p.xls", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0]),
        ] as [(String, [UInt8])])
    func workbooks(name: String, bytes: [UInt8]) async throws {
        let folder = try ScriptFolder()
        try folder.write(bytes, to: name)
        let error = await folder.failure("csv.read('\(name)')")
        #expect(
            error?.code == "invalid_csv" && error?.message.contains("\(name) is a") == true, "\(error?.message ?? "")")
        #expect(error?.hint?.contains("CSV UTF-8") == true)
    }

    @Test("What csv.write has written is read the same, whatever marks stand beside quotes and delimiters")
    func roundTrip() async throws {
        try await ScriptFolder().run(
            #"""
            local pieces = { '"', ',', ';', '\t', '\r\n', '\n', '\u{301}', '\u{FE0F}', '\u{FEFF}', 'sep=', 'é', '货', ' ', '' }
            local rows = {}
            for _, a in ipairs(pieces) do
              for _, b in ipairs(pieces) do
                for _, c in ipairs(pieces) do rows[#rows + 1] = { first = a .. b .. c, ["a\u{301}"] = b .. c } end
              end
            end
            for _, options in ipairs { {}, { bom = true }, { bom = false }, { delimiter = ";" } } do
              local again = csv.read(csv.write("t.csv", rows, options), { delimiter = options.delimiter })
              assert(#again == #rows)
              for i, row in ipairs(rows) do
                assert(again[i].first == row.first and again[i]["a\u{301}"] == row["a\u{301}"], json.encode(row))
              end
            end
            """#)
    }

    @Test("Names that differ only in their Unicode form are two columns")
    func unicodeForms() async throws {
        try await ScriptFolder().run(
            #"""
            local row = csv.parse(csv.format({ { ["caf\u{E9}"] = "1", ["cafe\u{301}"] = "2" } }))[1]
            assert(row["caf\u{E9}"] == "1" and row["cafe\u{301}"] == "2")
            """#)
    }

    @Test("csv.write begins with a byte order mark where Excel needs one, or as it is told")
    func marks() async throws {
        let results = try await ScriptFolder().run(
            #"""
            local function marked(name, value, options)
              local text = fs.read(csv.write(name, { { a = value } }, options))
              return text:sub(1, 3) == "\xEF\xBB\xBF"
            end
            local text = csv.format({ { a = "货" } })
            return marked("a.csv", "货"), marked("A.CSV", "货"), marked("b.csv", "x"), marked("c.txt", "货"),
              marked("d.csv", "货", { bom = false }), marked("e.txt", "x", { bom = true }),
              csv.format({ { a = "货" } }, { bom = true }) == "\xEF\xBB\xBF" .. text, text:sub(1, 1)
            """#)
        #expect(results == [true, true, false, false, false, true, true, "a"])
        let error = await (try ScriptFolder()).failure("csv.write('a.csv', {}, { bom = 1 })")
        #expect(error?.code == "invalid_argument")
    }

    @Test(
        "fs.lines gives the lines of what Notepad saves, without mark and CR",
        arguments: [
            Array("湖上日出\r\n\r\n雪山\r\n".utf8), [0xEF, 0xBB, 0xBF] + Array("湖上日出\n\n雪山".utf8),
            utf16("湖上日出\r\n\r\n雪山\r\n"), Array("湖上日出\r\r雪山\r".utf8),
            [0xBA, 0xFE, 0xC9, 0xCF, 0xC8, 0xD5, 0xB3, 0xF6, 0x0D, 0x0A, 0x0D, 0x0A, 0xD1, 0xA9, 0xC9, 0xBD],
        ])
    func lines(bytes: [UInt8]) async throws {
        let folder = try ScriptFolder()
        try folder.write(bytes, to: "prompts.txt")
        let results = try await folder.run("return fs.lines('prompts.txt'), fs.read('prompts.txt')")
        #expect(results.first?.arrayValue == ["湖上日出", "", "雪山"])
        #expect(results.last?.stringValue?.bytes == bytes)
    }

    @Test("A cell that is no text is an error with row, column and bytes, and path.text makes text of a name")
    func cells() async throws {
        let folder = try ScriptFolder()
        for (rows, place) in [
            ("{ { sku = 'a' }, { sku = '\\xC9.jpg' } }", "row 2, sku"), ("{ { 'a', '\\xC9.jpg' } }", "row 1, column 2"),
        ] {
            let error = await folder.failure("csv.write('x.csv', \(rows))")
            #expect(error?.message.contains(#"\#(place): this is not UTF-8 text: \xC9.jpg"#) == true, "\(rows)")
            #expect(error?.hint?.contains("path.text(name)") == true)
        }
        let results = try await folder.run("return path.text('a/\\xC9.jpg'), path.text('商品.jpg')")
        #expect(results == [#"a/\xC9.jpg"#, "商品.jpg"])
        let option = await folder.failure("create('w', {}, { label = '\\xC9' })")
        #expect(option?.message.contains("must be a string, not a string that is not UTF-8 text") == true)
    }

    @Test("csv.write refuses the name of a workbook", arguments: ["p.xlsx", "p.XLS", "p.numbers", "p.ods"])
    func workbookNames(name: String) async throws {
        let error = try await ScriptFolder().failure("csv.write('\(name)', { { a = 1 } })")
        #expect(error?.code == "invalid_argument" && error?.hint?.contains(".csv") == true)
    }

    @Test("fs.lines of an empty file is an empty list; what is not there or not allowed is an error")
    func noLines() async throws {
        let folder = try ScriptFolder()
        try folder.write("", to: "empty.txt")
        #expect(try await folder.run("return #fs.lines('empty.txt')") == [0])
        #expect(await folder.failure("fs.lines('gone.txt')")?.code == "file_not_found")
        #expect(await folder.failure("fs.lines('/etc/passwd')")?.code == "not_allowed")
    }
}
