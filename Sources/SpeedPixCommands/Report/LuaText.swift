import SpeedPix
import SpeedPixLua

/// A prediction's create as Lua that can be pasted into a script.
struct LuaText {
    let history: RunHistory

    func run(_ entry: RunHistory.Entry) -> String {
        var text = "local out = run(\(LuaLiteral.quoted(entry.workflow)), \(literal(.object(entry.input), indent: 0))"
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
                "\(space)\(LuaLiteral.key(key)) = \(literal(value, indent: indent + 1)),\n"
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
            return PathText.looksLikePath(source.name)
                ? LuaLiteral.quoted(source.name) : "speedpix.file(\(LuaLiteral.quoted(source.name)))"
        }
        if let index = history.outputIndices[text] {
            return "speedpix.get(\(LuaLiteral.quoted(history.entries[index.entry].id))).files[\(index.output + 1)]"
        }
        let plain = LuaLiteral.quoted(ReportText.withoutQueries(text))
        // What looks like a path would be uploaded.
        return PathText.looksLikePath(text) ? "speedpix.text(\(plain))" : plain
    }
}
