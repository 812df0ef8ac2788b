/// A function as the bridge knows it.
///
/// A class, so that a call finds everything about its function behind one pointer and copies nothing.
final class LuaFunctionEntry {
    enum Kind {
        case defined(LuaFunctionDefinition.Body)
        /// A field of the module that does not exist.
        case missing(LuaModule)
        /// `object.name` that is not a method.
        case property(any LuaObject.Type)
        case describe
    }

    let kind: Kind
    /// The same as `kind` says, for the calls that must be quick.
    let immediate: (@Sendable (borrowing LuaArguments) throws -> LuaValue)?
    /// As messages show it: "speedpix.map", or "task:join" for a method.
    let name: String
    /// 1 for a method, whose first argument is the object.
    let offset: Int32
    /// Nil for a function without a description.
    var signature: LuaSignature? {
        if let made { return made }
        made = describe.map { LuaSignature($0()) }
        return made
    }
    /// Made when it is first needed: most functions of a VM are never called. Not checked for overlapping accesses, which would
    /// be a part of each call: only `signature` reads and writes it, one after the other, on the VM's actor.
    @exclusivity(unchecked) private var made: LuaSignature?
    private let describe: (@Sendable () -> LuaFunctionDescription)?

    init(_ kind: Kind, name: String, describe: (@Sendable () -> LuaFunctionDescription)? = nil) {
        self.kind = kind
        self.name = name
        self.describe = describe
        offset = name.utf8.contains(UInt8(ascii: ":")) ? 1 : 0
        if case .defined(.immediate(let body)) = kind { immediate = body } else { immediate = nil }
    }

    convenience init(_ definition: LuaFunctionDefinition, name: String) {
        self.init(.defined(definition.body), name: name, describe: definition.describe)
    }

    /// Checks what is passed by the function's description.
    ///
    /// - Throws: ``LuaArgumentError`` for an argument that is missing or of another type.
    func check(_ arguments: borrowing LuaArguments) throws(LuaArgumentError) {
        try signature?.check(arguments)
    }
}
