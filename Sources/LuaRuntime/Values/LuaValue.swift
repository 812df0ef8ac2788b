/// A Lua value that can leave its VM: plain data, or a reference that is safe to hold anywhere.
public enum LuaValue: Sendable, Hashable {
    case `nil`
    case boolean(Bool)
    case integer(Int64)
    /// A whole number from 2^63 on; a smaller one is an ``integer(_:)``, see ``whole(_:)``.
    case unsigned(UInt64)
    case number(Double)
    case string(LuaString)
    case table(LuaTable)
    /// The value that stands for JSON's null, which a Lua table cannot hold as nil.
    case null
    /// A function, held by reference: it can only be called by the VM it came from.
    case function(LuaFunction)
    /// An object of the host.
    case object(any LuaObject)

    /// Stricter than Lua: 1 and 1.0 differ. Tables compare by content, functions and objects by identity.
    public static func == (left: LuaValue, right: LuaValue) -> Bool {
        switch (left, right) {
        case (.nil, .nil), (.null, .null): true
        case (.boolean(let left), .boolean(let right)): left == right
        case (.integer(let left), .integer(let right)): left == right
        case (.unsigned(let left), .unsigned(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.string(let left), .string(let right)): left == right
        case (.table(let left), .table(let right)): left == right
        case (.function(let left), .function(let right)): left === right
        case (.object(let left), .object(let right)): left === right
        default: false
        }
    }

    /// In line with `==`: functions and objects by identity, everything else by content.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .nil: hasher.combine(0)
        case .null: hasher.combine(1)
        case .boolean(let value): hasher.combine(value)
        case .integer(let value): hasher.combine(value)
        case .unsigned(let value): hasher.combine(value)
        case .number(let value): hasher.combine(value)
        case .string(let value): hasher.combine(value)
        case .table(let value): hasher.combine(value)
        case .function(let value): hasher.combine(ObjectIdentifier(value))
        case .object(let value): hasher.combine(ObjectIdentifier(value))
        }
    }

    /// As messages name a value that is not what is wanted: its type, and of a string that it is no text.
    var givenName: String { stringValue != nil && text == nil ? "a string that is not UTF-8 text" : typeName }

    /// The name of the type as a script's author knows it.
    public var typeName: String {
        switch self {
        case .nil: "nil"
        case .boolean: "boolean"
        case .integer, .number: "number"
        case .unsigned: "unsigned integer"
        case .string: "string"
        case .table: "table"
        case .null: "null"
        case .function: "function"
        case .object(let object): type(of: object).luaClass.name
        }
    }
}

extension LuaValue {
    /// A whole number: Lua's integer if it fits one.
    public static func whole(_ number: UInt64) -> LuaValue {
        Int64(exactly: number).map { .integer($0) } ?? .unsigned(number)
    }

    /// Text, as UTF-8.
    public static func string(_ text: String) -> LuaValue {
        .string(LuaString(text))
    }

    /// Nil for an absent value.
    public static func optional(_ text: String?) -> LuaValue {
        text.map { .string($0) } ?? .nil
    }
}
