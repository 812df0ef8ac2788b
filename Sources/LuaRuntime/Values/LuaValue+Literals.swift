extension LuaValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// A string, as a literal.
    public init(stringLiteral value: String) { self = .string(LuaString(value)) }
    /// An integer, as a literal.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// A float, as a literal; 1.0 stays a float.
    public init(floatLiteral value: Double) { self = .number(value) }
    /// True or false, as a literal.
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
    /// Lua's nil, as a literal; JSON's null is ``null``.
    public init(nilLiteral: ()) { self = .nil }
    /// A list, as a literal: see ``LuaTable/init(arrayLiteral:)``.
    public init(arrayLiteral elements: LuaValue...) { self = .table(LuaTable(list: elements)) }
    /// A table of named fields, as a literal: see ``LuaTable/init(dictionaryLiteral:)``.
    public init(dictionaryLiteral elements: (String, LuaValue)...) { self = .table(LuaTable(named: elements)) }
}

extension LuaTable: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    /// A list, as a literal. A nil in it leaves its index out, as in Lua; an empty literal is an empty table, neither list nor
    /// named values.
    public init(arrayLiteral elements: LuaValue...) { self.init(list: elements) }

    /// Named fields, as a literal. Of a name that is given twice the last value counts; one whose value is nil is left out, as
    /// in Lua.
    public init(dictionaryLiteral elements: (String, LuaValue)...) { self.init(named: elements) }

    init(list elements: [LuaValue]) {
        guard let end = elements.firstIndex(of: .nil) else {
            self.init(items: elements)
            return
        }
        self.init(items: Array(elements[..<end]))
        for (index, element) in elements.enumerated().dropFirst(end) where element != .nil {
            entries[.integer(Int64(index) + 1)] = element
        }
    }

    init(named elements: [(String, LuaValue)]) {
        self.init()
        for (name, value) in elements {
            // Not `nil`, which would be a value here.
            self[name] = value == .nil ? Optional.none : value
        }
    }
}
