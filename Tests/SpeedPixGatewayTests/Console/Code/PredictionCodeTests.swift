import LuaRuntime
import SpeedPix
import Testing

@testable import SpeedPixGateway

@Suite("Predictions as programs")
struct PredictionCodeTests {
    /// Texts that end a quotation, a comment or a line somewhere, or begin a command.
    static let hostile = [
        "it's \"quoted\"", "$(touch /tmp/no) `touch /tmp/no` ${HOME} !!", "%s %d %% \\n \\u{41} \\x41 \\",
        "]] ]=] --[[ -- #",
        "''' \"\"\" '\\''", "one\ntwo\r\nthree\rfour\ttab", "\u{0}\u{1}\u{7F}\u{85}\u{2028}\u{2029}",
        "\u{202E}\u{FEFF}\u{E0041}",
        "中文 😀 e\u{301} 👩‍👩‍👧", "/etc/passwd", "./a\nb", "~/x", "C:\\x", "data:,a", "'; DROP TABLE prediction; --", "",
    ]

    private static func code(
        _ inputs: [String: KeptInput], outputs: [String: StoredOutput] = [:], version: String? = nil
    ) -> PredictionCode {
        PredictionCode(
            workflow: "echo", version: version, inputs: inputs, outputs: outputs, endpoint: "http://127.0.0.1:8187")
    }

    private static func stored(_ name: String, _ filename: String = "shoe.png") throws -> KeptInput {
        .stored(key: try #require(ObjectKey("uploads/\(name)")), filename: filename, mimeType: "image/png")
    }

    // MARK: Lua

    /// Runs a script with functions that note what it would send, and returns that as JSON.
    private static func sent(_ text: String) async throws -> JSONValue {
        let vm = try LuaVM(modules: [JSONModule.module()])
        let prelude = """
            local sent
            function run(workflow, input, options)
              sent = { workflow = workflow, input = input, options = options }
              return setmetatable({}, { __index = function() return "x" end })
            end
            function uint64(digits) return json.decode(digits) end
            speedpix = {
              null = json.null,
              text = function(text) return text end,
              file = function(name) return "file:" .. name end,
              array = function(t) return json.decode("[]") end,
              object = function(t) return json.decode("{}") end,
            }
            print = function() end
            """
        let chunk = LuaChunk("\(prelude)\n\(text)\nreturn json.encode(sent)", name: "copy.lua")
        let result = try #require(try await vm.run(chunk).first?.text)
        return try JSONValue(parsing: result.utf8)
    }

    @Test(
        "PredictionCode: a hostile text is the same text in Lua, as a value, as a name and below others",
        arguments: hostile)
    func luaText(text: String) async throws {
        let nested: JSONValue = [text: .array([.string(text), .object([text: .string(text)])])]
        let code = Self.code(["text": .value(.string(text)), "data": .value(nested)])
        let sent = try await Self.sent(try code.text(in: .lua))
        #expect(sent["input"]?["text"] == .string(text))
        #expect(sent["input"]?["data"] == nested)
    }

    @Test("PredictionCode: numbers, nulls, names, empty values and deep ones are the same in Lua")
    func luaValues() async throws {
        let data: JSONValue = [
            "low": .integer(.min), "high": .integer(.max), "unsigned": .unsigned(.max), "fraction": 1.5e-7,
            "large": 1e300, "none": nil, "flags": [true, false], "empty": ["list": [], "object": [:]],
            "end": "a keyword", "a b": "no name",
        ]
        let sent = try await Self.sent(try Self.code(["data": .value(data)]).text(in: .lua))
        #expect(sent["input"]?["data"] == data)
        var deep: JSONValue = "it's the bottom"
        for _ in 0..<100 { deep = [deep] }
        let text = try Self.code(["data": .value(deep)]).text(in: .lua)
        #expect(text.contains("json.decode(") && text.utf8.count < 1000)
        #expect(try await Self.sent(text)["input"]?["data"] == deep)
    }

    @Test("PredictionCode: texts that begin like paths are marked as texts in Lua, and others are not")
    func luaPaths() throws {
        for text in ["/etc/passwd", "./a", "../a", "~/a", "C:/a", "c:\\a", "/a\nb"] {
            #expect(try LuaCode.literal(.string(text), indent: 0) == "speedpix.text(\(LuaCode.quoted(text)))")
        }
        for text in ["a/b", ".a", "C:a", "", "~a"] {
            #expect(try LuaCode.literal(.string(text), indent: 0) == LuaCode.quoted(text))
        }
    }

    @Test("PredictionCode: a script names its version, and saves and prints what the prediction has given")
    func luaOutputs() throws {
        let key = try #require(ObjectKey("results/a.png"))
        let file = StoredFile(key: key, filename: "a.png", mimeType: "image/png", size: 1, facts: [:])
        let outputs: [String: StoredOutput] = [
            "image": .file(file), "all of them": .files([file]), "text": .data("a"), "data": .data(["a": 1]),
        ]
        let text = try Self.code([:], outputs: outputs, version: "v3").text(in: .lua)
        #expect(text.contains("run(\"echo\", {}, { version_id = \"v3\" })"))
        #expect(text.contains("for _, file in ipairs(out[\"all of them\"]) do print(file:save(\"results/\""))
        #expect(text.contains("print(out.image:save(\"results/\""))
        #expect(text.contains("print(out.text)") && text.contains("print(json.encode(out.data))"))
        #expect(try Self.code([:]).text(in: .lua).contains("for name, value in pairs(out)"))
    }

    // MARK: All languages

    @Test("PredictionCode: each file has one name, whatever names they came with, and all are told of")
    func files() throws {
        let code = Self.code([
            "a": try Self.stored("1.png"), "b": try Self.stored("2.png"), "c": try Self.stored("1.png"),
            "d": try Self.stored("3.png", "../x/-r\u{202E} f'.png"), "e": .embedded("data:,a", mimeType: "image/png"),
            "f": .omitted(bytes: 5, mimeType: "image/webp"),
        ])
        let names = code.inputs.map { input -> String? in
            if case .file(let name) = input.value { name } else { nil }
        }
        #expect(names == ["shoe.png", "2-shoe.png", "shoe.png", "-r  f'.png", "e.png", "f.webp"])
        #expect(code.remarks.last == "It takes these files: shoe.png, 2-shoe.png, -r  f'.png, e.png, f.webp.")
        #expect(try code.text(in: .lua).contains("c = speedpix.file(\"shoe.png\")"))
        #expect(try code.text(in: .python).contains("\"d\": upload(\"-r  f'.png\")"))
        #expect(try code.text(in: .curl).contains(#"$(upload '-r  f'\''.png' '"-r  f\u0027.png"' 'image/png')"#))
    }

    @Test("PredictionCode: nothing that gives access stands in a program", arguments: PredictionCode.Language.allCases)
    func noAccess(language: PredictionCode.Language) throws {
        let signer = URLSigner(rootKey: [1, 2, 3])
        let key = try #require(ObjectKey("results/a.png"))
        let urls = ConsoleURLs(signer: signer, now: { .distantPast })
        let url = urls.file(key, mimeType: "image/png", filename: "a.png")
        let code = Self.code([
            "data": .value(["chained": ["url": .string(url)], "list": [.string("http://127.0.0.1:1\(url)")]]),
            "image": .remote("https://me:word@bucket.example/a.png?X-Amz-Signature=abc"),
        ])
        let text = try code.text(in: language)
        for part in ["&signature", "X-Amz", "abc", "me:word"] { #expect(!text.contains(part), "\(text)") }
        #expect(text.contains("https://bucket.example/a.png") && text.contains("/files/results/a.png"))
        #expect(text.contains("Of the URL for image, what gives access was left out."))
    }

    @Test(
        "PredictionCode: a name that steers what shows it ends no comment", arguments: PredictionCode.Language.allCases)
    func comments(language: PredictionCode.Language) throws {
        let name = "a\nos.exit() #\r\u{2028}$(x)"
        let code = Self.code([name: .omitted(bytes: 7, mimeType: nil)])
        let lines = try code.text(in: language).split(whereSeparator: \.isNewline)
        let remarks = lines.filter { $0.contains("had 7 bytes") }
        #expect(remarks.count == 1 && remarks[0].contains("os.exit() #"))
        #expect(remarks.allSatisfy { $0.hasPrefix(language == .lua ? "-- " : "# ") })
    }

    @Test("CurlCode: JSON between apostrophes has none in it, and is the same value", arguments: hostile)
    func shellJSON(text: String) throws {
        let value: JSONValue = [text: .string(text)]
        let json = try CurlCode.json(value)
        #expect(!json.contains("'") && json.unicodeScalars.allSatisfy { !$0.steers })
        #expect(try JSONValue(parsing: json.utf8) == value)
    }
}
