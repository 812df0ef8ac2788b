import LuaRuntime
import SpeedPix

/// A create as a script for `speedpix run`, which finds the gateway and its key by itself.
struct LuaCode: Sendable {
    let code: PredictionCode

    func text() throws -> String {
        var lines = (["Makes a prediction of \(code.workflow) again: speedpix run FILE"] + code.remarks).map {
            "-- " + $0.printable()
        }
        var call = "local out = run(\(Self.quoted(code.workflow)), {"
        for input in code.inputs {
            let value =
                switch input.value {
                case .json(let json): try Self.literal(json, indent: 1)
                case .file(let name): "speedpix.file(\(Self.quoted(name)))"
                }
            call += "\n  \(Self.key(input.name)) = \(value),"
        }
        call += code.inputs.isEmpty ? "}" : "\n}"
        if let version = code.version { call += ", { version_id = \(Self.quoted(version)) }" }
        lines.append(call + ")")
        for output in code.outputs { lines.append(Self.use(of: output)) }
        if code.outputs.isEmpty { lines.append("for name, value in pairs(out) do print(name, value) end") }
        return lines.joined(separator: "\n") + "\n"
    }

    /// What is done with an output.
    private static func use(of output: PredictionCode.Output) -> String {
        let value = LuaSyntax.isName(output.name) ? "out.\(output.name)" : "out[\(quoted(output.name))]"
        let options = "{ on_conflict = \"rename\" }"
        switch output.kind {
        case .text: return "print(\(value))"
        case .data: return "print(json.encode(\(value)))"
        case .file: return "print(\(value):save(\"results/\", \(options)))"
        case .files: return "for _, file in ipairs(\(value)) do print(file:save(\"results/\", \(options))) end"
        }
    }

    // MARK: Values

    /// A value as Lua source.
    static func literal(_ value: JSONValue, indent: Int) throws -> String {
        guard value.levels <= PredictionCode.mostLevels else {
            return "json.decode(\(quoted(String(decoding: try value.encoded(), as: UTF8.self))))"
        }
        switch value {
        case .null: return "speedpix.null"
        case .bool(let flag): return flag ? "true" : "false"
        // Lua reads a sign apart from its number, which would be too large for an integer.
        case .integer(.min): return "math.mininteger"
        case .integer(let number): return String(number)
        case .unsigned(let number): return "uint64(\"\(number)\")"
        case .double(let number): return String(number)
        case .string(let text): return string(text)
        case .array(let values):
            guard !values.isEmpty else { return "speedpix.array {}" }
            return "{ \(try values.map { try literal($0, indent: indent) }.joined(separator: ", ")) }"
        case .object(let members):
            guard !members.isEmpty else { return "speedpix.object {}" }
            let space = String(repeating: "  ", count: indent)
            let lines = try members.sorted { $0.key < $1.key }.map { key, member in
                "\(space)  \(Self.key(key)) = \(try literal(member, indent: indent + 1)),\n"
            }
            return "{\n\(lines.joined())\(space)}"
        }
    }

    /// A text. One that begins like a path would be taken for a file.
    private static func string(_ text: String) -> String {
        beginsLikePath(text) ? "speedpix.text(\(quoted(text)))" : quoted(text)
    }

    private static func beginsLikePath(_ text: String) -> Bool {
        if ["./", "../", "~/", "/"].contains(where: { text.utf8.starts(with: $0.utf8) }) { return true }
        let bytes = Array(text.utf8.prefix(3))
        return bytes.count == 3 && bytes[1] == UInt8(ascii: ":")
            && (bytes[2] == UInt8(ascii: "/") || bytes[2] == UInt8(ascii: "\\"))
    }

    /// The key of a field: a name as it is, everything else in brackets.
    private static func key(_ text: String) -> String { LuaSyntax.isName(text) ? text : "[\(quoted(text))]" }

    /// A text in quotes.
    static func quoted(_ text: String) -> String { text.quoted(escape: LuaSyntax.escape) }
}
