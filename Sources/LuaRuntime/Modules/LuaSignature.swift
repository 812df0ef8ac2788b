import CLuaBridge

/// What calls of a function are checked by: its description, read once.
///
/// Arguments that are missing or of another type are an error. More of them than there are parameters are not: Lua's
/// functions give several results, and `map` calls with an index.
struct LuaSignature {
    private struct Parameter {
        let field: LuaField
        let types: LuaTypes
    }

    private let parameters: [Parameter]
    private let options: [String: LuaTypes]
    let description: LuaFunctionDescription
    /// Whether no argument can be of a wrong type.
    private let acceptsAll: Bool

    init(_ description: LuaFunctionDescription) {
        self.description = description
        parameters = description.parameters.map { Parameter(field: $0, types: LuaTypes($0.type)) }
        options = Dictionary(
            description.options.map { ($0.name, LuaTypes($0.type)) }, uniquingKeysWith: { first, _ in first })
        acceptsAll = parameters.allSatisfy(\.types.allowsAny)
    }

    /// The position of the options table, from 1.
    var optionsPosition: Int { parameters.count + 1 }

    /// What messages call an argument; nil for one that has only its number.
    func name(_ position: Int) -> String? {
        if position <= parameters.count {
            let field = parameters[position - 1].field
            return field.isVariadic ? nil : field.name
        }
        return position == optionsPosition && !options.isEmpty ? "options" : nil
    }

    /// - Throws: ``LuaArgumentError`` for the first argument that is missing or of another type.
    func check(_ arguments: borrowing LuaArguments) throws(LuaArgumentError) {
        if acceptsAll { return }
        for (index, parameter) in parameters.enumerated() {
            if parameter.field.isVariadic {
                guard arguments.count > index else { return }
                for position in (index + 1)...arguments.count { try check(arguments, position, parameter) }
                return
            }
            try check(arguments, index + 1, parameter)
        }
    }

    private func check(
        _ arguments: borrowing LuaArguments, _ position: Int, _ parameter: Parameter
    ) throws(LuaArgumentError) {
        if arguments.isAbsent(position) {
            if parameter.field.isOptional || parameter.types.allowsAny { return }
        } else if parameter.types.allows(arguments.type(position)) {
            return
        }
        // Of several types the summary says better what is meant: "a path, or the bytes of a picture".
        let summary = parameter.field.summary
        throw arguments.mismatch(
            position, parameter.types.count > 1 && !summary.isEmpty ? summary : parameter.types.inWords)
    }

    /// The option's types in words, if the value is of none of them.
    func expectation(of value: LuaValue, forOption name: String) -> String? {
        guard let types = options[name], !types.allows(value) else { return nil }
        return types.inWords
    }
}
