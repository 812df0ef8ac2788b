import CLuaBridge

/// The arguments of one call. They live only as long as the call, so the value cannot be copied or kept.
public struct LuaArguments: ~Copyable {
    /// How many were passed.
    public let count: Int
    let reader: LuaReader
    /// The first arguments as C read them, and how many those are.
    let first: UnsafePointer<spl_scalar>
    private let readCount: UInt
    /// Not counted: the machine keeps its functions for as long as it lives.
    private unowned(unsafe) let entry: LuaFunctionEntry
    private let offset: Int32

    /// - Parameter offset: How many values lie before the first argument: 1 in a method, for the object.
    init(
        reader: LuaReader, count: Int32, first: UnsafePointer<spl_scalar>, entry: LuaFunctionEntry,
        offset: Int32? = nil
    ) {
        self.reader = reader
        self.entry = entry
        self.offset = offset ?? entry.offset
        self.first = first + Int(self.offset)
        self.count = max(0, Int(count - self.offset))
        readCount = UInt(max(0, min(Int(count), Int(SPL_ARGUMENTS_PASSED)) - Int(self.offset)))
    }

    var function: String { entry.name }

    /// Where in the script's run the call stands, such as `map 2/item 17/create 1`: the same each time the same script is run,
    /// whichever of its tasks ends first. Nil in callbacks, which come when they come. Each call of this counts.
    ///
    /// - Parameter kind: What is counted: `create`.
    public func position(_ kind: String) -> String? {
        reader.machine.scheduler.running?.position?.path(ofNext: kind)
    }

    /// Positions count from 1; in a method, from the first argument after the object. All others are those of an argument
    /// that was not passed: to Lua, they would be places on its stack.
    private func index(_ position: Int) -> Int32 {
        Int32(position >= 1 && position <= count ? position : count + 1) + offset
    }

    /// What C has read of an argument; nil for one after the first few, and one that was not passed.
    private func scalar(_ position: Int) -> UnsafePointer<spl_scalar>? {
        UInt(bitPattern: position &- 1) < readCount ? first + (position - 1) : nil
    }

    /// Whether an argument was not passed or is nil. Positions count from 1, without a method's object.
    public func isAbsent(_ position: Int) -> Bool {
        type(position) <= Int32(SPL_TNIL)
    }

    /// Whether an argument is a table; copies nothing.
    public func isTable(_ position: Int) -> Bool { type(position) == Int32(SPL_TTABLE) }

    /// Whether an argument is a function, the script's own or any other.
    public func isFunction(_ position: Int) -> Bool { type(position) == Int32(SPL_TFUNCTION) }

    /// One of Lua's basic types, as the bridge numbers them.
    func type(_ position: Int) -> Int32 {
        scalar(position)?.pointee.type ?? spl_get_type(reader.state, index(position))
    }

    /// Any value, copied.
    public func value(_ position: Int) throws -> LuaValue {
        try reader.value(at: index(position), "argument \(position) of \(function)")
    }

    /// The text of a string. Numbers are not taken for text: in a pipeline that is a mistake more often than not.
    public func string(_ position: Int) throws -> String {
        guard type(position) == Int32(SPL_TSTRING) else {
            throw mismatch(position, "a string")
        }
        guard let text = reader.string(at: index(position)).text else {
            throw LuaArgumentError("\(subject(position)) is not UTF-8 text")
        }
        return text
    }

    /// The bytes of a string, of any encoding.
    public func bytes(_ position: Int) throws -> LuaString {
        guard type(position) == Int32(SPL_TSTRING) else {
            throw mismatch(position, "a string")
        }
        return reader.string(at: index(position))
    }

    /// An integer or a float, also NaN or infinity. Throws ``LuaArgumentError`` for anything else, "12" included.
    public func number(_ position: Int) throws -> Double {
        guard type(position) == Int32(SPL_TNUMBER) else {
            throw mismatch(position, "a number")
        }
        guard let scalar = scalar(position) else { return spl_get_number(reader.state, index(position)) }
        return scalar.pointee.is_integer ? Double(scalar.pointee.integer) : scalar.pointee.number
    }

    /// A number of Lua's integer type; throws ``LuaArgumentError`` for anything else, 2.0 included.
    public func integer(_ position: Int) throws -> Int64 {
        if let scalar = scalar(position), scalar.pointee.is_integer { return scalar.pointee.integer }
        guard spl_is_integer(reader.state, index(position)) else { throw mismatch(position, "an integer") }
        return spl_get_integer(reader.state, index(position))
    }

    /// A table, copied; nil if it is absent.
    public func table(_ position: Int) throws -> LuaTable? {
        if isAbsent(position) { return nil }
        guard case .table(let table) = try value(position) else { throw mismatch(position, "a table") }
        return table
    }

    /// The object a method was called on.
    public func receiver<Object: LuaObject>(_ type: Object.Type) throws -> Object {
        guard let object = reader.object(at: 1) as? Object else {
            throw LuaArgumentError(
                "\(function) was called without its \(Object.luaClass.name)", hint: "call methods with a colon")
        }
        return object
    }

    /// An object of the host; throws ``LuaArgumentError`` if it is absent or of another class.
    public func object<Object: LuaObject>(_ position: Int, as type: Object.Type) throws -> Object {
        guard let object = reader.object(at: index(position)) as? Object else {
            throw mismatch(position, "a \(Object.luaClass.name)")
        }
        return object
    }

    /// The options table, or the options that may be given without it, as the function's description says.
    ///
    /// - Throws: ``LuaArgumentError`` for an option that there is not, or of another type.
    public func options() throws -> LuaOptions {
        guard let signature = entry.signature else { return LuaOptions(function: function, values: [:]) }
        var given: [String: LuaValue] = [:]
        var position = signature.optionsPosition
        for name in signature.description.inOrder where position <= count && !isTable(position) {
            given[name] = try value(position)
            position += 1
        }
        return try options(position, signature).adding(given, signature)
    }

    private func options(_ position: Int, _ signature: LuaSignature) throws -> LuaOptions {
        if isAbsent(position) { return LuaOptions(function: function, values: [:]) }
        guard case .table(let table) = try value(position) else {
            throw LuaArgumentError(
                "options, argument \(position) of \(function), must be a table, not \(typeName(position))")
        }
        return try LuaOptions(function: function, table: table, signature: signature)
    }

    /// The error for an argument of the wrong kind: says what was expected ("a string") and what was passed.
    public func mismatch(_ position: Int, _ expected: String) -> LuaArgumentError {
        LuaArgumentError("\(subject(position)) must be \(expected), not \(typeName(position))")
    }

    /// How messages name an argument: by the name of its parameter, if the function has a description.
    public func subject(_ position: Int) -> String {
        guard let name = entry.signature?.name(position) else { return "argument \(position) of \(function)" }
        return "\(name), argument \(position) of \(function),"
    }

    private func typeName(_ position: Int) -> String {
        if isAbsent(position) { return "nothing" }
        return (try? reader.value(at: index(position), ""))?.givenName ?? "something else"
    }
}
