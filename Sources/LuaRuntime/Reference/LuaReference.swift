/// What scripts can use, described once: the editor's stubs, the help texts and the reference page are made of it.
package struct LuaReference: Sendable {
    /// A named value: a parameter, an option, a property or a constant.
    package struct Field: Sendable, ExpressibleByStringInterpolation {
        /// As scripts write it; `...` for any number.
        package let name: String
        /// In LuaLS' notation.
        package let type: String
        package let isOptional: Bool
        /// What it is for, with its default.
        package let summary: String

        /// From `name: type — summary`, or `name?: type — summary` for one that may be left out.
        package init(stringLiteral text: String) {
            let parts = text.split(separator: " — ", maxSplits: 1)
            let head = parts[0].split(separator: ": ", maxSplits: 1)
            isOptional = head[0].hasSuffix("?")
            name = String(isOptional ? head[0].dropLast() : head[0])
            type = head.count > 1 ? String(head[1]) : "any"
            summary = parts.count > 1 ? String(parts[1]) : ""
        }
    }

    /// A function of a module, or a method of a class.
    package struct Function: Sendable {
        package var name: String
        package var summary: String
        package var parameters: [Field]
        /// What its options table, always the last argument, may hold; those named `inOrder` may also be given without it.
        package var options: [Field]
        package var inOrder: [String]
        /// In LuaLS' notation; empty for nothing.
        package var returns: String
        /// Codes of the errors it raises, besides `invalid_argument` and `canceled`, which any may.
        package var errors: [String]
        package var example: String

        package init(
            _ name: String, _ summary: String, _ parameters: [Field] = [], options: [Field] = [],
            inOrder: [String] = [], returns: String = "", errors: [String] = [], example: String = ""
        ) {
            self.name = name
            self.summary = summary
            self.parameters = parameters
            self.options = options
            self.inOrder = inOrder
            self.returns = returns
            self.errors = errors
            self.example = example
        }
    }

    /// A table of functions.
    package struct Module: Sendable {
        /// Empty for the globals that belong to none.
        package var name: String
        package var summary: String
        package var functions: [Function]
        package var values: [Field]
        /// The functions that are globals as well.
        package var globals: [String]

        package init(
            _ name: String, _ summary: String, _ functions: [Function], values: [Field] = [], globals: [String] = []
        ) {
            self.name = name
            self.summary = summary
            self.functions = functions
            self.values = values
            self.globals = globals
        }
    }

    /// A kind of object that functions give.
    package struct Class: Sendable {
        /// As the stubs call it.
        package var name: String
        /// As messages call it.
        package var shownName: String
        package var summary: String
        package var properties: [Field]
        package var methods: [Function]

        package init(
            _ name: String, shownAs shownName: String, _ summary: String, properties: [Field] = [],
            methods: [Function] = []
        ) {
            self.name = name
            self.shownName = shownName
            self.summary = summary
            self.properties = properties
            self.methods = methods
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

    package init(modules: [Module], classes: [Class], errors: [ErrorCode]) {
        self.modules = modules
        self.classes = classes
        self.errors = errors
    }
}

extension LuaReference.Function {
    /// "run(workflow, input, options?)", after whatever stands before the name.
    func signature(_ prefix: String) -> String {
        var names = parameters.map { $0.isOptional ? "\($0.name)?" : $0.name }
        if !options.isEmpty { names.append("options?") }
        return "\(prefix)\(name)(\(names.joined(separator: ", ")))" + (returns.isEmpty ? "" : " → \(returns)")
    }
}
