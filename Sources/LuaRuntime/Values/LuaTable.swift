/// A copy of a Lua table.
public struct LuaTable: Sendable, Hashable {
    /// Whether the script settled that the table is a list or a set of named values.
    public enum Shape: Int32, Sendable {
        case plain = 0
        case array = 1
        case object = 2
    }

    public var shape: Shape
    /// The values of the keys 1 … n, in order.
    public var items: [LuaValue]
    /// Everything else.
    public var entries: [LuaValue: LuaValue]

    public init() {
        self.init(items: [])
    }

    public init(items: [LuaValue] = [], entries: [LuaValue: LuaValue] = [:], shape: Shape = .plain) {
        self.items = items
        self.entries = entries
        self.shape = shape
    }

    /// The value of a named field; nil if there is none.
    public subscript(name: String) -> LuaValue? {
        get { entries[.string(name)] }
        set { entries[.string(name)] = newValue }
    }

    public var isEmpty: Bool { items.isEmpty && entries.isEmpty }
}

extension LuaTable: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, LuaValue)...) {
        self.init(entries: Dictionary(elements.map { (.string($0.0), $0.1) }, uniquingKeysWith: { $1 }))
    }
}
