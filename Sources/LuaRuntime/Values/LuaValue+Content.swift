extension LuaValue {
    /// The text of a UTF-8 string; nil for anything else, a string of other bytes included.
    public var text: String? {
        if case .string(let string) = self { string.text } else { nil }
    }

    /// A string with its bytes, of any encoding; nil for anything else.
    public var stringValue: LuaString? {
        if case .string(let string) = self { string } else { nil }
    }

    /// One of Lua's integers; nil for anything else, floats such as 2.0 and whole numbers from 2^63 on included.
    public var integerValue: Int64? {
        if case .integer(let number) = self { number } else { nil }
    }

    /// A whole number from 0 to 2^64 − 1; nil for anything else, floats included.
    public var unsignedValue: UInt64? {
        switch self {
        case .integer(let number): UInt64(exactly: number)
        case .unsigned(let number): number
        default: nil
        }
    }

    /// Any number, integers as the nearest `Double`: beyond 2^53 they lose digits. Nil for anything else, the string "12"
    /// included.
    public var numberValue: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .unsigned(let number): Double(number)
        case .number(let number): number
        default: nil
        }
    }

    /// True or false; nil for anything else: what counts as true in Lua is not asked.
    public var boolValue: Bool? {
        if case .boolean(let flag) = self { flag } else { nil }
    }

    /// The values of a table that has no keys but 1 to n, in order; an empty table is an empty list. Nil for anything else.
    public var arrayValue: [LuaValue]? {
        guard case .table(let table) = self, table.entries.isEmpty else { return nil }
        return table.items
    }

    /// The copy of a table; nil for anything else.
    public var tableValue: LuaTable? {
        if case .table(let table) = self { table } else { nil }
    }

    /// A function, to be called in the VM that it came from; nil for anything else.
    public var functionValue: LuaFunction? {
        if case .function(let function) = self { function } else { nil }
    }

    /// Whether it is nil or JSON's null.
    var isNothing: Bool {
        switch self {
        case .nil, .null: true
        default: false
        }
    }

    /// The named field of a table; nil if there is none, or this is not a table.
    public subscript(name: String) -> LuaValue? { tableValue?[name] }

    /// The value of a table's key, counted from 1 as in Lua; nil if there is none, or this is not a table.
    public subscript(index: Int) -> LuaValue? { tableValue?[index] }
}
