/// What a function id of the bridge stands for.
///
/// A class, so that a call finds everything about its function behind one pointer and copies nothing.
final class LuaFunctionEntry {
    enum Kind {
        case defined(LuaFunctionDefinition.Body)
        /// `module.name` that does not exist.
        case missing(module: String, names: [String], withheld: [String])
        /// `object.name` that is no method.
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

    init(_ kind: Kind, name: String) {
        self.kind = kind
        self.name = name
        offset = name.contains(":") ? 1 : 0
        if case .defined(.immediate(let body)) = kind { immediate = body } else { immediate = nil }
    }
}
