extension LuaValue: CustomStringConvertible, CustomDebugStringConvertible {
    /// As `print` shows it in a script: a string is its own text, with U+FFFD for whatever is not UTF-8; a table is written
    /// as in Lua, `{1, 2, name = "x"}`, as far as ``LuaTable/description`` goes; an object says what it is.
    public var description: String {
        if case .string(let string) = self { string.description } else { debugDescription }
    }

    /// The same with a string in quotes, at most its first 1,000 bytes.
    public var debugDescription: String {
        var writer = ValueDescription()
        writer.append(self)
        return writer.text
    }
}

extension LuaTable: CustomStringConvertible, CustomDebugStringConvertible {
    /// As Lua would write it, `{1, 2, name = "x"}`, with the keys in order: of 100 values in all, 5 tables inside one another
    /// and the first 200 bytes of a string. What is left out is counted: `{1, 2, … 98 more}`.
    public var description: String { LuaValue.table(self).debugDescription }

    /// The same as ``description``.
    public var debugDescription: String { description }
}

extension LuaString: CustomStringConvertible, CustomDebugStringConvertible {
    /// The text, with U+FFFD for whatever is not UTF-8.
    public var description: String { lossyText }

    /// As a literal of Lua: in quotes, with escapes for what cannot be read, at most its first 1,000 bytes.
    public var debugDescription: String { LuaValue.string(self).debugDescription }
}

extension LuaFunction: CustomStringConvertible {
    /// The word "function": of what it does, nothing is known here.
    public var description: String { "function" }
}

/// Writes one value as a text that people read, and no more of it than they do.
private struct ValueDescription {
    private(set) var text = ""
    private var valuesLeft = Self.mostValues
    private var depth = 0

    private static let mostValues = 100
    private static let deepest = 5
    /// Bytes of a string by itself, and of one in a table.
    private static let longestString = 1000
    private static let longestStringInTable = 200

    mutating func append(_ value: LuaValue) {
        valuesLeft -= 1
        switch value {
        case .nil: text += "nil"
        case .null: text += "null"
        case .boolean(let flag): text += flag ? "true" : "false"
        case .integer(let number): text += String(number)
        case .unsigned(let number): text += String(number)
        case .number(let number): text += String(number)
        case .string(let string): append(string)
        case .table(let table): append(table)
        case .function(let function): text += function.description
        case .object(let object): text += object.luaDescription
        }
    }

    private mutating func append(_ table: LuaTable) {
        guard !table.isEmpty else {
            text += "{}"
            return
        }
        guard depth < Self.deepest else {
            text += "{…}"
            return
        }
        depth += 1
        defer { depth -= 1 }
        text += "{"
        var count = 0
        for item in table.items.prefix(max(0, valuesLeft)) where valuesLeft > 0 {
            if count > 0 { text += ", " }
            append(item)
            count += 1
        }
        for (key, value) in sorted(table.entries) where valuesLeft > 0 {
            if count > 0 { text += ", " }
            append(key: key)
            append(value)
            count += 1
        }
        let omitted = table.items.count + table.entries.count - count
        if omitted > 0 { text += count > 0 ? ", … \(omitted) more" : "… \(omitted) more" }
        text += "}"
    }

    private mutating func append(key: LuaValue) {
        if let name = key.text, LuaSyntax.isName(name) {
            text += name
        } else {
            text += "["
            append(key)
            text += "]"
        }
        text += " = "
    }

    /// Numbers first, then texts, each in their order; of a table that is too large to read, in no order.
    private func sorted(_ entries: [LuaValue: LuaValue]) -> [(key: LuaValue, value: LuaValue)] {
        guard entries.count <= 10_000 else { return entries.prefix(Self.mostValues).map { ($0, $1) } }
        return entries.sorted { left, right in
            switch (left.key.numberValue, right.key.numberValue) {
            case (let left?, let right?): return left < right
            case (_?, nil): return true
            case (nil, _?): return false
            case (nil, nil):
                guard let leftText = left.key.stringValue, let rightText = right.key.stringValue else {
                    return left.key.stringValue != nil && right.key.stringValue == nil
                }
                return leftText.bytes.lexicographicallyPrecedes(rightText.bytes)
            }
        }
    }

    private mutating func append(_ string: LuaString) {
        let limit = depth > 0 ? Self.longestStringInTable : Self.longestString
        var shown = string.bytes.prefix(limit)
        if shown.count < string.bytes.count {
            // Not in the middle of a character, if it is text.
            let whole = (0...3).lazy.map { shown.dropLast($0) }.first { String(validating: $0, as: UTF8.self) != nil }
            shown = whole ?? shown
        }
        text += "\""
        if let valid = String(validating: shown, as: UTF8.self) {
            for scalar in valid.unicodeScalars { append(scalar) }
        } else {
            for byte in shown {
                if byte < 0x80 { append(Unicode.Scalar(byte)) } else { text += Self.escape(byte) }
            }
        }
        text += "\""
        if shown.count < string.bytes.count { text += "… \(string.bytes.count - shown.count) more bytes" }
    }

    private mutating func append(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "\n": text += "\\n"
        case "\r": text += "\\r"
        case "\t": text += "\\t"
        case "\"": text += "\\\""
        case "\\": text += "\\\\"
        case "\0"..."\u{1F}", "\u{7F}": text += Self.escape(UInt8(truncatingIfNeeded: scalar.value))
        default: text.unicodeScalars.append(scalar)
        }
    }

    /// Three digits, so that one that follows is none of its own.
    private static func escape(_ byte: UInt8) -> String {
        let digits = String(byte)
        return "\\" + String(repeating: "0", count: 3 - digits.count) + digits
    }
}
