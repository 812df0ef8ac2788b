import Tables
import Testing

@Suite("DecodedText")
struct DecodedTextTests {
    private static let table = "货号,图片\r\nA-1,大丽花.jpg\r\n"
    /// The same in GBK.
    private static let tableInGBK: [UInt8] =
        [0xBB, 0xF5, 0xBA, 0xC5, 0x2C, 0xCD, 0xBC, 0xC6, 0xAC, 0x0D, 0x0A] + Array("A-1,".utf8)
        + [0xB4, 0xF3, 0xC0, 0xF6, 0xBB, 0xA8] + Array(".jpg\r\n".utf8)

    private static func utf16(_ text: String, littleEndian: Bool, marked: Bool) -> [UInt8] {
        (marked ? [0xFEFF] : []).flatMap { bytes($0, littleEndian) } + text.utf16.flatMap { bytes($0, littleEndian) }
    }

    private static func bytes(_ unit: UInt16, _ littleEndian: Bool) -> [UInt8] {
        let pair = [UInt8(truncatingIfNeeded: unit), UInt8(truncatingIfNeeded: unit >> 8)]
        return littleEndian ? pair : pair.reversed()
    }

    private func text(_ bytes: [UInt8], _ encoding: TextEncoding? = nil) throws -> String {
        String(decoding: try DecodedText(bytes, as: encoding).utf8, as: UTF8.self)
    }

    @Test("UTF-8 is recognised with and without a mark, which is left out")
    func utf8() throws {
        #expect(try text(Array(Self.table.utf8)) == Self.table)
        #expect(try text([0xEF, 0xBB, 0xBF] + Self.table.utf8) == Self.table)
        #expect(try text([]).isEmpty && DecodedText([]).encoding == .utf8)
    }

    @Test(
        "UTF-16 is recognised with and without a mark, in both byte orders",
        arguments: [table, "sku,photo\r\nA,a.jpg\r\n", "上,下\r\n😀,e\u{301}\r\n", "一,一\n一一一一\n"], [true, false])
    func utf16(expected: String, littleEndian: Bool) throws {
        for marked in [true, false] {
            let bytes = Self.utf16(expected, littleEndian: littleEndian, marked: marked)
            let decoded = try DecodedText(bytes)
            #expect(String(decoding: decoded.utf8, as: UTF8.self) == expected)
            #expect(decoded.encoding == (littleEndian ? .utf16LittleEndian : .utf16BigEndian))
        }
        let unmarked = Self.utf16(expected, littleEndian: littleEndian, marked: false)
        #expect(try text(unmarked, .utf16) == expected)
        // Nothing says the order: the one that Windows writes.
        #expect(try text(Self.utf16("中文", littleEndian: true, marked: false), .utf16) == "中文")
    }

    @Test("UTF-8 with zero bytes in it stays UTF-8", arguments: ["\0a\r\n", "a\0b,c\n", "x,y\r\n\0,\0\r\n", "\0\0"])
    func zeros(expected: String) throws {
        #expect(try text(Array(expected.utf8)) == expected)
    }

    @Test("What is not UTF-8 is taken for GB18030, characters of four bytes and Windows' euro sign included")
    func gb18030() throws {
        #expect(try DecodedText(Self.tableInGBK).encoding == .gb18030)
        #expect(try text(Self.tableInGBK) == Self.table)
        #expect(try text([0xD6, 0xD0, 0x94, 0x39, 0xDA, 0x33, 0x80, 0x31]) == "中💩€1")
        #expect(try text(Self.tableInGBK, TextEncoding(name: "GBK")) == Self.table)
    }

    @Test("GB18030 that is longer than a buffer of the conversion is decoded whole")
    func long() throws {
        let count = 60_000
        let decoded = try text(Array(repeatElement([0xD6, 0xD0, 0x0A], count: count).joined()))
        #expect(decoded == String(repeating: "中\n", count: count))
    }

    @Test(
        "An encoding that is named is used",
        arguments: [
            ("windows-1252", [0x80, 0x47, 0x72, 0xF6, 0xDF, 0x65], "€Größe"), ("latin1", [0xE9], "é"),
            ("big5", [0xA4, 0xA4, 0xA4, 0xE5], "中文"), ("Shift_JIS", [0x93, 0xFA, 0x96, 0x7B], "日本"),
            ("gb2312", [0xD6, 0xD0], "中"), ("utf-16be", [0x4E, 0x2D], "中"), ("utf-16le", [0x2D, 0x4E], "中"),
            ("UTF8", [0xE4, 0xB8, 0xAD], "中"),
        ] as [(String, [UInt8], String)])
    func named(name: String, bytes: [UInt8], expected: String) throws {
        let encoding = try #require(TextEncoding(name: name))
        #expect(try text(bytes, encoding) == expected)
    }

    @Test("A mark counts even if another encoding is named; names that nobody knows are none")
    func marks() throws {
        #expect(try text([0xEF, 0xBB, 0xBF] + Self.table.utf8, .gb18030) == Self.table)
        #expect(TextEncoding(name: "utf9") == nil)
        #expect(TextEncoding.names.allSatisfy { TextEncoding(name: $0) != nil })
    }

    @Test(
        "A mistake is told with the encodings, the line and the byte",
        arguments: [
            (Array("a\r\nb\rc".utf8) + [0xFF], nil, 3, 7, [.utf8, .gb18030]),
            // Text in UTF-8 of which one byte is lost is not taken for GB18030.
            (Array("货号\n图片".utf8.dropLast()), nil, 2, 11, [.utf8]),
            (tableInGBK, .utf8, 1, 1, [.utf8]), ([0x61, 0xD6], .gb18030, 1, 2, [.gb18030]),
            ([0xFF, 0xFE, 0x0A, 0, 0x61], nil, 2, 5, [.utf16LittleEndian]),
            ([0xFE, 0xFF, 0, 0x0D, 0, 0x0A, 0xDC, 0], nil, 2, 7, [.utf16BigEndian]),
            ([0xFF, 0xFE, 0x00, 0xD8, 0x61, 0], nil, 1, 3, [.utf16LittleEndian]),
        ] as [([UInt8], TextEncoding?, Int, Int, [TextEncoding])])
    func mistakes(bytes: [UInt8], given: TextEncoding?, line: Int, byte: Int, tried: [TextEncoding]) {
        let error = #expect(throws: TextDecodingError.self) { try DecodedText(bytes, as: given) }
        #expect(error?.tried == tried && error?.line == line)
        guard case .invalid(line, byte, bytes[byte - 1])? = error?.problem else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.message.contains("not \(tried[0].title)") == true)
    }

    @Test("Lines come without their ends, and the end of the last one begins none")
    func lines() throws {
        func lines(_ text: String) throws -> [String] {
            try DecodedText(Array(text.utf8)).lines.map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(try lines("\u{FEFF}a\r\nb\n\nc\rd") == ["a", "b", "", "c", "d"])
        #expect(try lines("a\r\n") == ["a"] && lines("").isEmpty && lines("\n") == [""])
    }

    @Test("UTF8Text leaves out the mark and refuses UTF-16 by name and other encodings")
    func onlyUTF8() throws {
        #expect(try UTF8Text.decode([0xEF, 0xBB, 0xBF, 0x61]) == "a")
        for marked in [true, false] {
            for littleEndian in [true, false] {
                let bytes = Self.utf16("app_key = 'k'\r\n", littleEndian: littleEndian, marked: marked)
                #expect(throws: UTF8Text.Problem.isUTF16) { try UTF8Text.decode(bytes) }
            }
        }
        #expect(throws: UTF8Text.Problem.isInvalid) { try UTF8Text.decode(Self.tableInGBK) }
    }

    @Test(
        "Workbooks are known by their first bytes",
        arguments: [
            ([0x50, 0x4B, 0x03, 0x04, 0x14], ".xlsx"), ([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], ".xls"),
        ]
            as [([UInt8], String)])
    func workbooks(bytes: [UInt8], kind: String) {
        #expect(Workbook.kind(of: bytes)?.contains(kind) == true)
        #expect(Workbook.kind(of: Array("PK,sku\n".utf8)) == nil)
    }
}
