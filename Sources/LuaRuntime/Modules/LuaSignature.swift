import CLuaBridge

/// What calls of a function are checked by: its description, read once.
///
/// Arguments that are missing or of another type are an error. More of them than there are parameters are not: Lua's
/// functions give several results, and `map` calls with an index. A table of options for a function that has none is one.
final class LuaSignature {
    let description: LuaFunctionDescription
    /// What the arguments may be, one after the other; for any number of arguments the last one's.
    private let kinds: [LuaTypes.Kinds]
    private let isVariadic: Bool

    init(_ description: LuaFunctionDescription) {
        self.description = description
        kinds = description.parameters.map { field in
            let kinds = LuaTypes(field.type).kinds
            return field.isOptional ? kinds.union(.absent) : kinds
        }
        isVariadic = description.parameters.last?.isVariadic ?? false
    }

    /// The position of the options table, from 1.
    var optionsPosition: Int { kinds.count + 1 }

    /// What messages call an argument; nil for one that has only its number.
    func name(_ position: Int) -> String? {
        if position <= kinds.count {
            let field = description.parameters[position - 1]
            return field.isVariadic ? nil : field.name
        }
        return position == optionsPosition && !description.options.isEmpty ? "options" : nil
    }

    /// - Throws: ``LuaArgumentError`` for the first argument that is missing or of another type.
    func check(_ arguments: borrowing LuaArguments) throws(LuaArgumentError) {
        // By index, and on numbers: this is a part of each call.
        let count = isVariadic ? max(kinds.count - 1, arguments.count) : kinds.count
        var position = 1
        while position <= count {
            let allowed = kinds[min(position, kinds.count) - 1]
            if !allowed.contains(type: arguments.type(position)) { throw mismatch(arguments, position) }
            position += 1
        }
        // More arguments do no harm, but options that nobody reads were meant to do something.
        if arguments.count > count, description.options.isEmpty, !isVariadic, arguments.isTable(count + 1) {
            throw LuaArgumentError("\(arguments.function) takes no options")
        }
    }

    private func mismatch(_ arguments: borrowing LuaArguments, _ position: Int) -> LuaArgumentError {
        let field = description.parameters[min(position, kinds.count) - 1]
        let types = LuaTypes(field.type)
        // Of several types the summary says better what is meant: "a path, or the bytes of a picture".
        return arguments.mismatch(
            position, types.count > 1 && !field.summary.isEmpty ? field.summary : types.inWords)
    }

    /// The option's types in words, if the value is of none of them.
    func expectation(of value: LuaValue, forOption name: String) -> String? {
        guard let option = description.options.first(where: { $0.name == name }) else { return nil }
        let types = LuaTypes(option.type)
        return types.allows(value) ? nil : types.inWords
    }
}
