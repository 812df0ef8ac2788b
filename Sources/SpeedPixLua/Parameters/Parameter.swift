public import LuaRuntime
import Spelling
import SystemPackage

/// One parameter that a script declares with `speedpix.params`.
public struct Parameter: Sendable, Hashable {
    /// The `type` of a declaration; the raw value is the script's word for it.
    public enum Kind: String, Sendable, CaseIterable {
        case string, integer, number, boolean, file
    }

    /// As scripts and the command line write it.
    public var name: String
    /// How the text of the command line is read. Default `string`.
    public var kind: Kind
    /// Whether `speedpix.params` raises an error without it. Default false.
    public var isRequired: Bool
    /// What the script gets when none is given, of the kind declared; Lua's nil if the declaration has none.
    public var defaultValue: LuaValue
    /// The smallest integer or number the command line may give; Lua's nil for no bound, and without effect on other kinds.
    public var minimum: LuaValue
    /// The largest integer or number the command line may give; Lua's nil for no bound, and without effect on other kinds.
    public var maximum: LuaValue
    /// What `--help` says about it; empty if the script has no text for it.
    public var help: String

    /// What a declaration may say.
    public static let fields = ["type", "required", "default", "min", "max", "help"]

    /// - Throws: ``LuaArgumentError`` for a declaration that cannot be right.
    init(name: String, declaration: LuaTable) throws {
        for key in declaration.entries.keys where !Self.fields.contains(key.text ?? "") {
            throw LuaArgumentError(
                "the parameter '\(name)' has an unknown field '\(key.text ?? key.typeName)'",
                hint: NearestName.hint(for: key.text ?? "", among: Self.fields))
        }
        let type = declaration["type"]?.text ?? "string"
        guard let kind = Kind(rawValue: type) else {
            throw LuaArgumentError(
                "the parameter '\(name)' has the unknown type '\(type)'",
                hint: NearestName.hint(for: type, among: Kind.allCases.map(\.rawValue)))
        }
        self.name = name
        self.kind = kind
        isRequired =
            try Self.field("required", of: name, declaration, "true or false") {
                if case .boolean(let flag) = $0 { flag } else { nil }
            } ?? false
        defaultValue = declaration["default"] ?? .nil
        minimum = try Self.field("min", of: name, declaration, "a number", Self.number) ?? .nil
        maximum = try Self.field("max", of: name, declaration, "a number", Self.number) ?? .nil
        help = try Self.field("help", of: name, declaration, "a string", \.text) ?? ""
        try checkDeclaration()
    }

    private static func field<Value>(
        _ field: String, of name: String, _ declaration: LuaTable, _ expected: String, _ read: (LuaValue) -> Value?
    ) throws -> Value? {
        guard let value = declaration[field], value != .nil else { return nil }
        guard let read = read(value) else {
            throw LuaArgumentError("\(field) of the parameter '\(name)' must be \(expected), not \(value.typeName)")
        }
        return read
    }

    private static func number(_ value: LuaValue) -> LuaValue? {
        switch value {
        case .integer, .unsigned: value
        case .number(let number) where number.isFinite: value
        default: nil
        }
    }

    /// What the fields say together.
    private func checkDeclaration() throws {
        if minimum != .nil || maximum != .nil, kind != .integer, kind != .number {
            throw LuaArgumentError("the parameter '\(name)' is not a number, and so has no min and no max")
        }
        if NumberComparison.isLess(maximum, minimum) {
            throw LuaArgumentError("min of the parameter '\(name)' is over its max")
        }
        guard defaultValue != .nil else { return }
        if isRequired {
            throw LuaArgumentError(
                "the parameter '\(name)' is required and has a default, which would never be used", hint: "drop one")
        }
        switch (kind, defaultValue) {
        case (.string, .string), (.file, .string), (.boolean, .boolean): break
        case (.integer, .integer), (.integer, .unsigned), (.number, .integer), (.number, .unsigned), (.number, .number):
            try checkDefault()
        default:
            let expected = kind == .file ? "a path" : kind == .boolean ? "true or false" : "a \(kind.rawValue)"
            throw LuaArgumentError(
                "default of the parameter '\(name)' must be \(kind == .integer ? "a whole number" : expected),"
                    + " not \(defaultValue.typeName)")
        }
    }

    private func checkDefault() throws {
        if NumberComparison.isLess(defaultValue, minimum) {
            throw LuaArgumentError("default of the parameter '\(name)' is below its min, \(Self.plain(minimum))")
        }
        if NumberComparison.isLess(maximum, defaultValue) {
            throw LuaArgumentError("default of the parameter '\(name)' is over its max, \(Self.plain(maximum))")
        }
    }

    /// The value of `name=text` on the command line.
    ///
    /// - Throws: ``LuaArgumentError`` that names the parameter and what it takes.
    func value(_ text: String, files: FileAccess) throws -> LuaValue {
        switch kind {
        case .string: return .string(text)
        case .file:
            // Checked now: a misspelt name should not be found after an hour of other work.
            let file = try files.readable(FilePath(named: Array(text.utf8)))
            switch files.kind(of: file, followsLast: true) {
            case .folder?: throw LuaArgumentError("the parameter \(name): \(text) is a folder, and a file is wanted")
            case .other?: throw LuaArgumentError("the parameter \(name): \(text) is not a regular file")
            case .file?, nil: break
            }
            return .string(PathText.beginsLikePath(Array(text.utf8)) ? text : "./\(text)")
        case .boolean:
            let words: [String: Bool] = ["true": true, "yes": true, "1": true, "false": false, "no": false, "0": false]
            guard let flag = words[text.lowercased()] else { throw mismatch(text, "true or false") }
            return .boolean(flag)
        case .integer:
            guard let number = Self.whole(text) else { throw mismatch(text, "a whole number of at most 64 bits") }
            return try checked(number, text)
        case .number:
            guard let number = Double(text), number.isFinite else { throw mismatch(text, "a number") }
            // Whole numbers beyond 2^53 are written with digits that a float does not have; 2^53 + 1 has become 2^53 here.
            if number.magnitude >= 0x1p53, !text.contains(where: { !$0.isWholeNumber && !"+-".contains($0) }) {
                guard let whole = Self.whole(text) else {
                    throw mismatch(text, "a number of at most 64 bits, or one with an exponent, such as 1e30")
                }
                return try checked(whole, text)
            }
            return try checked(.number(number), text)
        }
    }

    private static func whole(_ text: String) -> LuaValue? {
        Int64(text).map(LuaValue.integer) ?? UInt64(text).map(LuaValue.whole)
    }

    private func checked(_ number: LuaValue, _ text: String) throws -> LuaValue {
        if NumberComparison.isLess(number, minimum) { throw mismatch(text, "at least \(Self.plain(minimum))") }
        if NumberComparison.isLess(maximum, number) { throw mismatch(text, "at most \(Self.plain(maximum))") }
        return number
    }

    /// Without a hint: below it the command line and a session list what the script takes.
    private func mismatch(_ text: String, _ expected: String) -> LuaArgumentError {
        LuaArgumentError("the parameter \(name) must be \(expected), not '\(text)'")
    }

    /// "4" rather than "4.0".
    static func plain(_ number: LuaValue) -> String {
        switch number {
        case .integer(let number): String(number)
        case .unsigned(let number): String(number)
        case .number(let number): Int64(exactly: number).map { String($0) } ?? String(number)
        default: ""
        }
    }

    /// One line of `--help`: "count=INTEGER  how many (default 4, 1 to 64)".
    public var usage: String {
        var facts: [String] = []
        if isRequired { facts.append("required") }
        switch defaultValue {
        case .nil: break
        case .string(let text): facts.append("default \"\(text.lossyText)\"")
        case .integer, .unsigned, .number: facts.append("default \(Self.plain(defaultValue))")
        case .boolean(let flag): facts.append("default \(flag)")
        default: break
        }
        switch (minimum, maximum) {
        case (.nil, .nil): break
        case (let low, .nil): facts.append("at least \(Self.plain(low))")
        case (.nil, let high): facts.append("at most \(Self.plain(high))")
        case (let low, let high): facts.append("\(Self.plain(low)) to \(Self.plain(high))")
        }
        let text = [help, facts.isEmpty ? "" : "(\(facts.joined(separator: ", ")))"].filter { !$0.isEmpty }
        return "\(name)=\(kind.rawValue.uppercased())  \(text.joined(separator: " "))"
    }
}
