/// What scripts can use: the editor's stubs, help texts, completion, checks and the reference page are made of it.
///
/// It is put together from the modules themselves.
public struct LuaReference: Sendable {
    /// A function of a module, or a method of a class, with what its description says.
    @dynamicMemberLookup
    public struct Function: Sendable {
        /// The field or method, without what stands before it.
        public var name: String
        /// What it takes, gives and raises.
        public let description: LuaFunctionDescription

        /// Nil for a function that is not documented for scripts.
        init?(_ definition: LuaFunctionDefinition) {
            guard let description = definition.description else { return nil }
            name = definition.name
            self.description = description
        }

        /// A property of its ``description``.
        public subscript<Value>(dynamicMember member: KeyPath<LuaFunctionDescription, Value>) -> Value {
            description[keyPath: member]
        }
    }

    /// A table of functions.
    public struct Module: Sendable {
        /// Empty for the globals that belong to none.
        public var name: String
        /// What it is for.
        public var summary: String
        /// Those with a description.
        public var functions: [Function]
        /// Its other fields.
        public var values: [LuaField]
        /// The functions that are globals as well.
        public var globals: [String]

        init(_ module: LuaModule) {
            name = module.name
            summary = module.summary
            functions = module.functions.compactMap(Function.init)
            values = module.fields
            globals = module.globals
        }

        init(globals summary: String, _ functions: [Function]) {
            name = ""
            self.summary = summary
            self.functions = functions
            values = []
            globals = []
        }
    }

    /// A kind of object that functions give.
    public struct Class: Sendable {
        /// As the stubs call it.
        public var name: String
        /// As messages call it.
        public var shownName: String
        /// What its objects are.
        public var summary: String
        /// What its objects have.
        public var properties: [LuaField]
        /// What its objects do: those with a description.
        public var methods: [Function]

        init(_ type: LuaClass) {
            name = type.typeName
            shownName = type.name
            summary = type.summary
            properties = type.properties
            methods = type.methods.compactMap(Function.init)
        }
    }

    /// A kind of failure, which scripts find in `e.code`.
    public struct ErrorCode: Sendable {
        /// As scripts compare it.
        public var code: String
        /// What happened.
        public var meaning: String
        /// What to do about it.
        public var remedy: String

        /// A code with its meaning and its remedy, each half a sentence.
        public init(_ code: String, _ meaning: String, _ remedy: String) {
            self.code = code
            self.meaning = meaning
            self.remedy = remedy
        }
    }

    /// Of the globals that belong to no module, and then each module that is documented for scripts.
    public var modules: [Module]
    /// The classes of all modules that are documented for scripts.
    public var classes: [Class]
    /// Every code that a script can meet.
    public var errors: [ErrorCode]
    /// What errors of the host have besides `code`, `message`, `hint`, `retryable`, `where` and `traceback`.
    public var errorFields: [LuaField]

    /// The reference of what some modules give to scripts. Functions of modules without a summary, which scripts see only
    /// as globals, are listed under the globals.
    ///
    /// - Parameters:
    ///   - globals: What stands above the globals that belong to no module.
    ///   - errors: What `e.code` can be; empty if it can be any text.
    ///   - errorFields: What ``LuaRaisable/luaFields`` of the host's errors have besides `code`, `message`, `hint` and
    ///     `retryable`.
    public init(
        _ modules: [LuaModule], globals: String = "", errors: [ErrorCode] = [], errorFields: [LuaField] = []
    ) {
        let hidden = modules.filter(\.summary.isEmpty).flatMap(\.functions).compactMap(Function.init)
        self.modules =
            (hidden.isEmpty && globals.isEmpty ? [] : [Module(globals: globals, hidden)])
            + modules.filter { !$0.summary.isEmpty }.map(Module.init)
        classes = modules.flatMap(\.classes).map { $0.luaClass }.filter { !$0.summary.isEmpty }.map(Class.init)
        self.errors = errors
        self.errorFields = errorFields
    }
}

extension LuaReference.Function {
    /// "run(workflow, input, options?)", after whatever stands before the name.
    func signature(_ prefix: String) -> String {
        let described = self.description
        var names = described.parameters.map { $0.isOptional ? "\($0.name)?" : $0.name }
        if !described.options.isEmpty { names.append("options?") }
        return "\(prefix)\(name)(\(names.joined(separator: ", ")))"
            + (described.returns.isEmpty ? "" : " → \(described.returns)")
    }
}
