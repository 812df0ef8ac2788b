import LuaRuntime
import SpeedPix
import SpeedPixLua

/// Values as a session shows them: Lua that a person could type again where that is possible, keys in order, on one line
/// if it fits. Nothing in a value reaches the terminal but as visible text.
struct ValuePrinter: Sendable {
    var palette = Palette(isOn: false)
    /// Columns of the terminal.
    var width = 80

    /// All values of one evaluation, with commas between them as Lua has them.
    func text(_ values: [LuaSnapshot]) -> String {
        values.map { render($0, indent: 0, used: 0, isTop: true) }.joined(separator: ",\n")
    }

    // MARK: Layout

    private func render(_ value: LuaSnapshot, indent: Int, used: Int, isTop: Bool = false) -> String {
        guard case .table(let table) = value else { return leaf(value, isTop: isTop) }
        let line = inline(table)
        if used + TerminalText.visibleWidth(line) <= width { return line }
        let inner = String(repeating: " ", count: indent + 2)
        var lines = table.items.map { inner + render($0, indent: indent + 2, used: indent + 3) }
        lines += entries(table).map { key, value in
            let head = "\(inner)\(key) = "
            return head + render(value, indent: indent + 2, used: TerminalText.visibleWidth(head) + 1)
        }
        var text = opening(table) + "{\n" + lines.map { $0 + ",\n" }.joined()
        if table.omitted > 0 { text += inner + dim("… \(table.omitted) more") + "\n" }
        return text + String(repeating: " ", count: indent) + "}"
    }

    private func inline(_ table: LuaSnapshot.Table) -> String {
        if table.isClosed { return opening(table) + "{ \(dim("…")) }" }
        func one(_ value: LuaSnapshot) -> String {
            if case .table(let inner) = value { inline(inner) } else { leaf(value) }
        }
        var parts = table.items.map(one) + entries(table).map { "\($0) = \(one($1))" }
        if table.omitted > 0 { parts.append(dim("… \(table.omitted) more")) }
        return opening(table) + (parts.isEmpty ? "{}" : "{ \(parts.joined(separator: ", ")) }")
    }

    private func opening(_ table: LuaSnapshot.Table) -> String {
        if table.isError { return dim("error ") }
        if let kind = table.kind { return dim("\(kind.printable().prefix(40)) ") }
        // An empty one says itself nothing of what it will be to JSON.
        guard table.items.isEmpty, table.entries.isEmpty else { return "" }
        switch table.shape {
        case .array: return dim("array ")
        case .object, .record: return dim("object ")
        case .plain: return ""
        }
    }

    /// Numbers in their order, then names in theirs, then the rest.
    private func entries(_ table: LuaSnapshot.Table) -> [(key: String, value: LuaSnapshot)] {
        let ranked = table.entries.map { key, value -> (rank: (Int, Double, String), key: String, value: LuaSnapshot) in
            switch key {
            case .integer(let number): ((0, Double(number), ""), "[\(number)]", value)
            case .unsigned(let number): ((0, Double(number), ""), "[\(number)]", value)
            case .number(let number): ((0, number, ""), "[\(Self.text(number))]", value)
            case .string(let string, let count):
                ((1, 0, string.lossyText), Self.name(string, count) ?? "[\(Self.quoted(string, count))]", value)
            default: ((2, 0, leaf(key)), "[\(leaf(key))]", value)
            }
        }
        return ranked.sorted { $0.rank < $1.rank }.map { ($0.key, $0.value) }
    }

    // MARK: Single values

    private func dim(_ text: String) -> String { palette.paint(text, .dim) }

    private func leaf(_ value: LuaSnapshot, isTop: Bool = false) -> String {
        switch value {
        case .nil: palette.paint("nil", .yellow)
        case .null: palette.paint("speedpix.null", .yellow)
        case .boolean(let flag): palette.paint("\(flag)", .yellow)
        case .integer(let number): palette.paint("\(number)", .cyan)
        case .unsigned(let number): palette.paint("\(number)", .cyan)
        case .number(let number): palette.paint(Self.text(number), .cyan)
        case .string(let string, let count): palette.paint(Self.quoted(string, count), .green)
        case .function(let location?): dim("function (\(location.printable()))")
        case .function(nil): dim("function (built in)")
        case .coroutine: dim("coroutine")
        case .module(let name): dim(name.map { "module \($0.printable()), see :help \($0.printable())" } ?? "module")
        case .cycle(1): dim("‹this table›")
        case .cycle(let levels): dim("‹table \(levels - 1) up›")
        case .object(let object): palette.paint(ObjectText.describe(object, isAlone: isTop), .magenta)
        case .table(let table): inline(table)
        }
    }

    /// The shortest text that reads back as the same number, as a float.
    static func text(_ number: Double) -> String {
        if number.isNaN { return "nan" }
        return number.isInfinite ? (number < 0 ? "-math.huge" : "math.huge") : "\(number)"
    }

    /// A key that needs no quotes.
    private static func name(_ string: LuaString, _ count: Int) -> String? {
        guard count == string.bytes.count, let text = string.text, LuaSyntax.isName(text) else { return nil }
        return text
    }

    /// In quotes, with Lua's escapes; bytes that are not text are cut short.
    static func quoted(_ string: LuaString, _ count: Int) -> String {
        var bytes = string.bytes
        var isText = string.text != nil
        if !isText, count > bytes.count {
            // Only the cut may have gone through a character.
            for _ in 0..<3 where !isText && !bytes.isEmpty {
                bytes.removeLast()
                isText = String(validating: bytes, as: UTF8.self) != nil
            }
            if !isText { bytes = string.bytes }
        }
        guard isText, !bytes.contains(0) else {
            let shown = bytes.prefix(count > 48 ? 24 : 48)
            return LuaLiteral.quoted(bytes: shown) + (count > shown.count ? "… (\(ByteCount.text(Int64(count))))" : "")
        }
        let text = LuaLiteral.quoted(String(decoding: bytes, as: UTF8.self))
        return text + (count > string.bytes.count ? "… (\(ByteCount.text(Int64(count))))" : "")
    }
}
