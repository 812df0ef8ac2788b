import SpeedPix

/// A prediction's create as Lua that can be pasted into a script.
struct LuaText {
    let history: RunHistory

    func run(_ entry: RunHistory.Entry) -> String {
        var text = "local out = run(\(Self.quoted(entry.workflow)), \(literal(.object(entry.input), indent: 0))"
        let options = EventStream.fields(entry.options)
        if !options.isEmpty { text += ", \(literal(.object(options), indent: 0))" }
        return text + ")"
    }

    private func literal(_ value: JSONValue, indent: Int) -> String {
        switch value {
        case .null: return "speedpix.null"
        case .bool(let flag): return flag ? "true" : "false"
        case .integer(let number): return String(number)
        case .unsigned(let number): return "uint64(\"\(number)\")"
        case .double(let number): return String(number)
        case .string(let text): return string(text)
        case .array(let values):
            guard !values.isEmpty else { return "speedpix.array {}" }
            return "{ \(values.map { literal($0, indent: indent) }.joined(separator: ", ")) }"
        case .object(let members):
            guard !members.isEmpty else { return "{}" }
            let space = String(repeating: "  ", count: indent + 1)
            let lines = members.sorted { $0.key < $1.key }.map { key, value in
                "\(space)\(Self.key(key)) = \(literal(value, indent: indent + 1)),\n"
            }
            return "{\n\(lines.joined())\(String(repeating: "  ", count: indent))}"
        }
    }

    private func string(_ text: String) -> String {
        if let source = history.sources[text] {
            // Bytes that a script made have no path; their name says what they were.
            guard source.path != nil else {
                return "nil --[[ \(source.name.printable().replacing("]]", with: "] ]")), made by the script ]]"
            }
            return Self.looksLikePath(source.name)
                ? Self.quoted(source.name) : "speedpix.file(\(Self.quoted(source.name)))"
        }
        if let place = history.places[text] {
            return "speedpix.get(\(Self.quoted(history.entries[place.entry].id))).files[\(place.output + 1)]"
        }
        let plain = Self.quoted(ReportText.withoutQueries(text))
        // What looks like a path would be uploaded.
        return Self.looksLikePath(text) ? "speedpix.text(\(plain))" : plain
    }

    private static func looksLikePath(_ text: String) -> Bool {
        ["./", "../", "~/", "/"].contains(where: text.hasPrefix) && !text.contains(where: \.isNewline)
    }

    private static let words: Set<String> = [
        "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto", "if", "in", "local", "nil",
        "not", "or", "repeat", "return", "then", "true", "until", "while",
    ]

    private static func key(_ name: String) -> String {
        let isName =
            !name.isEmpty && !words.contains(name) && !(name.utf8.first.map { (0x30...0x39).contains($0) } ?? true)
            && name.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || byte == 0x5F
            }
        return isName ? name : "[\(quoted(name))]"
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20 || scalar.value == 0x7F:
                // Three digits, since another digit may follow.
                let number = String(scalar.value)
                result += "\\" + String(repeating: "0", count: 3 - number.count) + number
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
