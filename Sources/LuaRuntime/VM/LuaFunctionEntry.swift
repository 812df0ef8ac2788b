/// What a function id of the bridge stands for.
///
/// A class, so that a call finds everything about its function behind one pointer and copies nothing.
final class LuaFunctionEntry {
    enum Kind {
        case defined(LuaFunctionDefinition)
        /// `module.name` that does not exist.
        case missing(module: String, names: [String], withheld: [String])
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
    /// Nil for a function without a description. Made when it is first needed: most functions of a VM are never called.
    private(set) lazy var signature: LuaSignature? = definition?.description.map(LuaSignature.init)
    /// Whether there is a signature to check calls by.
    let isDescribed: Bool

    private var definition: LuaFunctionDefinition? {
        if case .defined(let definition) = kind { definition } else { nil }
    }

    init(_ kind: Kind, name: String) {
        self.kind = kind
        self.name = name
        offset = name.contains(":") ? 1 : 0
        guard case .defined(let definition) = kind else {
            immediate = nil
            isDescribed = false
            return
        }
        isDescribed = definition.describe != nil
        if case .immediate(let body) = definition.body { immediate = body } else { immediate = nil }
    }

    /// Checks what is passed by the function's description.
    ///
    /// - Throws: ``LuaArgumentError`` for an argument that is missing or of another type.
    func check(_ arguments: borrowing LuaArguments) throws(LuaArgumentError) {
        if isDescribed { try signature?.check(arguments) }
    }
}
