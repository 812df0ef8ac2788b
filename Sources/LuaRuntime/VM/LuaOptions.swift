import Spelling

/// The options table of a call, checked against the names that the function knows.
public struct LuaOptions: Sendable {
    package let function: String
    let values: [String: LuaValue]

    init(function: String, values: [String: LuaValue]) {
        self.function = function
        self.values = values
    }

    init(function: String, table: LuaTable, signature: LuaSignature) throws(LuaArgumentError) {
        guard table.items.isEmpty else {
            throw LuaArgumentError("the options of \(function) must be named: { name = value }")
        }
        let names = signature.description.options.map(\.name)
        var values: [String: LuaValue] = [:]
        for (key, value) in table.entries {
            let name = key.text ?? "\(key)"
            guard names.contains(name) else {
                throw LuaArgumentError(
                    "\(function) has no option '\(name)'", hint: NearestName.hint(for: name, among: names))
            }
            values[name] = value
        }
        self.init(function: function, values: values)
        try check(signature)
    }

    /// The same with values that were given without the table; what both have, the table decides.
    func adding(_ more: [String: LuaValue], _ signature: LuaSignature) throws(LuaArgumentError) -> LuaOptions {
        if more.isEmpty { return self }
        let options = LuaOptions(function: function, values: values.merging(more) { own, _ in own })
        try options.check(signature)
        return options
    }

    private func check(_ signature: LuaSignature) throws(LuaArgumentError) {
        for (name, value) in values {
            if let expected = signature.expectation(of: value, forOption: name) {
                throw mismatch(name, expected, value)
            }
        }
    }

    /// Nil if it is absent; null counts as absent.
    public subscript(name: String) -> LuaValue? {
        let value = values[name]
        return value == .nil || value == .null ? nil : value
    }

    /// UTF-8 text; nil if absent. Throws ``LuaArgumentError`` for anything else, numbers included.
    public func string(_ name: String) throws -> String? {
        guard let value = self[name] else { return nil }
        guard let text = value.text else { throw mismatch(name, "a string", value) }
        return text
    }

    /// True or false; nil if absent. Throws ``LuaArgumentError`` for anything else: nothing else counts as true here.
    public func boolean(_ name: String) throws -> Bool? {
        guard let value = self[name] else { return nil }
        guard case .boolean(let flag) = value else { throw mismatch(name, "true or false", value) }
        return flag
    }

    /// A finite number; nil if absent. Throws ``LuaArgumentError`` for anything else, NaN and infinities included.
    public func number(_ name: String) throws -> Double? {
        switch self[name] {
        case nil: return nil
        case .integer(let number): return Double(number)
        case .number(let number) where number.isFinite: return number
        case .number(let number):
            let given = number.isNaN ? "nan" : "\(number)"
            throw LuaArgumentError("option '\(name)' of \(function) must be a finite number, not \(given)")
        case .some(let value): throw mismatch(name, "a number", value)
        }
    }

    /// A number of Lua's integer type; nil if absent. Throws ``LuaArgumentError`` for anything else, 2.0 included.
    public func integer(_ name: String) throws -> Int64? {
        switch self[name] {
        case nil: return nil
        case .integer(let number): return number
        case .some(let value): throw mismatch(name, "an integer", value)
        }
    }

    /// A positive number of seconds.
    public func seconds(_ name: String) throws -> Duration? {
        guard let number = try number(name) else { return nil }
        guard number > 0, number <= 1e9 else {
            throw LuaArgumentError("\(name) of \(function) must be a positive number of seconds, not \(number)")
        }
        return .seconds(number)
    }

    /// A function to call back; nil if absent. Throws ``LuaArgumentError`` for anything else.
    public func function(_ name: String) throws -> LuaFunction? {
        guard let value = self[name] else { return nil }
        guard case .function(let function) = value else { throw mismatch(name, "a function", value) }
        return function
    }

    /// The error for an option of the wrong kind: says what was expected ("a string") and what was passed.
    public func mismatch(_ name: String, _ expected: String, _ value: LuaValue) -> LuaArgumentError {
        LuaArgumentError("option '\(name)' of \(function) must be \(expected), not \(value.givenName)")
    }
}
