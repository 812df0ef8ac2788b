import LuaRuntime

/// A text that is not a table.
struct CSVSyntaxError: LuaRaisable {
    var message: String
    var hint: String?

    init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }

    var luaFields: [String: LuaValue] {
        ["code": "invalid_csv", "message": .string(message), "hint": .optional(hint), "retryable": false]
    }
}

/// Finds quotes that do not pair up, and where.
enum CSVQuotes {
    static func problem(
        in text: some Sequence<UInt8>, delimiter: Character
    ) -> (line: Int, text: String, hint: String)? {
        let delimiters: [UInt8] = delimiter.asciiValue.map { [$0] } ?? []
        // Another one is more than a byte long; then only the end of the text can be judged.
        let judgesFields = !delimiters.isEmpty
        var line = 1
        /// Where the quoted field began; nil outside one.
        var opened: Int?
        var isFieldStart = true
        var iterator = text.makeIterator()
        var pending: UInt8?
        while let byte = pending ?? iterator.next() {
            pending = nil
            if byte == UInt8(ascii: "\n") { line += 1 }
            if opened != nil {
                guard byte == UInt8(ascii: "\"") else { continue }
                pending = iterator.next()
                if pending == UInt8(ascii: "\"") { pending = nil } else { opened = nil }
            } else if byte == UInt8(ascii: "\""), isFieldStart || !judgesFields {
                opened = line
            } else if byte == UInt8(ascii: "\"") {
                return (
                    line, "there is a quote inside a field that does not begin with one",
                    "double it and quote the field"
                )
            } else {
                let isEnd = byte == 0x0A || byte == 0x0D || delimiters.contains(byte)
                isFieldStart = isEnd || isFieldStart && byte == 0x20
            }
        }
        return opened.map {
            ($0, "the quote that begins here has no end", "a quote inside a field is written twice: \"\"")
        }
    }
}
