/// What scripts can use: the editor's stubs, help texts, completion, checks and the reference page are made of it.
///
/// It is put together from the modules themselves.
package struct LuaReference: Sendable {
    /// A function of a module, or a method of a class, with what its description says.
    @dynamicMemberLookup
    package struct Function: Sendable {
        package var name: String
        package let description: LuaFunctionDescription

        /// Nil for a function that scripts are not told of.
        init?(_ definition: LuaFunctionDefinition) {
            guard let description = definition.description else { return nil }
            name = definition.name
            self.description = description
        }

        package subscript<Value>(dynamicMember member: KeyPath<LuaFunctionDescription, Value>) -> Value {
            description[keyPath: member]
        }
    }

    /// A table of functions.
    package struct Module: Sendable {
        /// Empty for the globals that belong to none.
        package var name: String
        package var summary: String
        package var functions: [Function]
        package var values: [LuaField]
        /// The functions that are globals as well.
        package var globals: [String]

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
    package struct Class: Sendable {
        /// As the stubs call it.
        package var name: String
        /// As messages call it.
        package var shownName: String
        package var summary: String
        package var properties: [LuaField]
        package var methods: [Function]

        init(_ type: LuaClass) {
            name = type.typeName
            shownName = type.name
            summary = type.summary
            properties = type.properties
            methods = type.methods.compactMap(Function.init)
        }
    }

    /// A kind of failure, which scripts find in `e.code`.
    package struct ErrorCode: Sendable {
        package var code: String
        package var meaning: String
        /// What to do about it.
        package var remedy: String

        package init(_ code: String, _ meaning: String, _ remedy: String) {
            self.code = code
            self.meaning = meaning
            self.remedy = remedy
        }
    }

    package var modules: [Module]
    package var classes: [Class]
    package var errors: [ErrorCode]

    /// The reference of what some modules give to scripts. Functions of modules without a summary, which scripts see only
    /// as globals, are told under the globals.
    ///
    /// - Parameters:
    ///   - globals: What stands above the globals that belong to no module.
    ///   - errors: What `e.code` can be.
    package init(_ modules: [LuaModule], globals: String, errors: [ErrorCode]) {
        let hidden = modules.filter(\.summary.isEmpty).flatMap(\.functions).compactMap(Function.init)
        self.modules =
            [Module(globals: globals, hidden)] + modules.filter { !$0.summary.isEmpty }.map(Module.init)
        classes = modules.flatMap(\.classes).map { $0.luaClass }.filter { !$0.summary.isEmpty }.map(Class.init)
        self.errors = errors
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
