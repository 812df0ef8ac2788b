/// A copy of a Lua table.
public struct LuaTable: Sendable, Hashable {
    /// Whether the script declared that the table is a list or a set of named values.
    public enum Shape: Int32, Sendable {
        case plain = 0
        case array = 1
        case object = 2
        /// Named values that a host gives out, of which it may check the names: ``SpeedPixLua`` makes a misspelt one an error.
        /// A copy of such a table has the shape ``object``.
        case record = 3
    }

    /// What the script or the host declared; it decides whether an empty table is a JSON array or an object.
    public var shape: Shape
    /// The values of the keys 1 … n, in order.
    public var items: [LuaValue]
    /// Everything else.
    public var entries: [LuaValue: LuaValue]

    /// An empty table, neither list nor named values yet.
    public init() {
        self.init(items: [])
    }

    /// A table from its list, its other entries, or both; `entries` must not repeat the keys 1 … n.
    public init(items: [LuaValue] = [], entries: [LuaValue: LuaValue] = [:], shape: Shape = .plain) {
        self.items = items
        self.entries = entries
        self.shape = shape
    }

    /// A table of named fields.
    init(fields: [String: LuaValue]) {
        self.init()
        for (name, value) in fields { self[name] = value }
    }

    /// The value of a named field; nil if there is none.
    public subscript(name: String) -> LuaValue? {
        get { entries[.string(name)] }
        set { entries[.string(name)] = newValue }
    }

    /// The value of a key, counted from 1 as in Lua; nil if there is none.
    public subscript(index: Int) -> LuaValue? {
        index >= 1 && index <= items.count ? items[index - 1] : entries[.integer(Int64(index))]
    }

    /// Whether it has neither items nor entries.
    public var isEmpty: Bool { items.isEmpty && entries.isEmpty }
}
