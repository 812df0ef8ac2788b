import LuaRuntime
import SpeedPixLua

/// Values, fields and calls: where the API's names are looked up.
extension ScriptCheck {
    // MARK: Expressions

    mutating func expressions() -> [Shape] {
        var shapes = [expression()]
        while take(",") { shapes.append(expression()) }
        return shapes
    }

    static let binary: Set<String> = [
        "+", "-", "*", "/", "//", "%", "^", "..", "==", "~=", "<", "<=", ">", ">=", "&", "|", "~", "<<", ">>", "and",
        "or",
    ]
    static let unary: Set<String> = ["-", "#", "~", "not"]

    var isOperator: Bool { token.kind == .keyword || token.kind == .sign }

    mutating func expression() -> Shape {
        while isOperator, Self.unary.contains(token.text) { index += 1 }
        var shape = simple()
        while isOperator, Self.binary.contains(token.text) {
            index += 1
            while isOperator, Self.unary.contains(token.text) { index += 1 }
            _ = simple()
            shape = .unknown
        }
        return shape
    }

    mutating func simple() -> Shape {
        switch token.kind {
        case .number: _ = takeAny()
        case .string: return .string(takeAny().text)
        case .sign where token.text == "{": return table()
        case .sign where token.text == "...": index += 1
        case .keyword where token.text == "function":
            index += 1
            functionBody(isMethod: false)
        case .keyword: index += 1
        default: return suffixed()
        }
        return .unknown
    }

    mutating func table() -> Shape {
        var fields: [Field] = []
        // With keys that are computed it may have any.
        var isKnown = true
        take("{")
        while !isNext("}"), token.kind != .end {
            var key: LuaToken?
            if token.kind == .name, isSign("=", at: 1) {
                key = takeAny()
                take("=")
            } else if take("[") {
                let start = token
                if case .string(let name) = expression() {
                    key = LuaToken(kind: .name, text: name, position: start.position)
                } else {
                    isKnown = false
                }
                take("]")
                take("=")
            }
            let value = expression()
            if let key { fields.append(Field(key: key, value: value)) }
            if !take(",") { take(";") }
        }
        take("}")
        ownFields.formUnion(fields.map(\.key.text))
        return isKnown ? .table(fields) : .unknown
    }

    mutating func name(_ token: LuaToken) -> Shape {
        if let shape = local(token.text) { return shape }
        if token.text == "_ENV" || (token.text == "_G" && !isNext(".")) { hasDynamicGlobals = true }
        uses.append(Use(name: token.text, position: token.position, isProbe: isProbe(startingAt: index - 1)))
        return .path([token.text])
    }

    /// A name or an expression in parentheses, with all the fields and calls behind it.
    ///
    /// - Parameter isTarget: Whether a field at its end is one that is given a value.
    mutating func suffixed(isTarget: Bool = false) -> Shape {
        var shape = Shape.unknown
        let start = token
        if take("(") {
            shape = expression()
            take(")")
        } else {
            let first = takeAny()
            guard first.kind == .name else { return .unknown }
            shape = name(first)
        }
        while true {
            if take(".") {
                let field = takeAny()
                let isGiven = isTarget && (isNext("=") || isNext(","))
                shape = member(field, of: shape, isGiven: isGiven)
            } else if take("[") {
                let key = expression()
                take("]")
                if shape == .path(["_G"]) { hasDynamicGlobals = true }
                if case .string(let name) = key, isTarget { ownFields.insert(name) }
                shape = .unknown
            } else if isNext(":"), index + 1 < tokens.count, tokens[index + 1].kind == .name {
                index += 1
                shape = call(method: takeAny(), of: shape)
            } else if token.kind == .string || isNext("{") || isNext("(") {
                shape = call(shape, start)
            } else {
                return shape
            }
        }
    }

    mutating func member(_ field: LuaToken, of shape: Shape, isGiven: Bool) -> Shape {
        if isGiven { ownFields.insert(field.text) }
        switch shape {
        case .path(["_G"]):
            if isGiven { definedGlobals.insert(field.text) }
            return .unknown
        case .path(let path) where path.count == 1 && !definedGlobals.contains(path[0]):
            guard let members = known.members(of: path[0]) else { return .unknown }
            if let advice = AbsentNames.advice["\(path[0]).\(field.text)"] {
                if !isGiven, !members.contains(field.text) {
                    let name = "\(path[0]).\(field.text)"
                    absentFields.append(
                        (
                            name, ScriptFinding(position: field.position, message: "there is no \(name); \(advice)"),
                            isProbe(startingAt: index - 3)
                        ))
                }
            } else if !members.contains(field.text) {
                report(field, "there is no \(path[0]).\(field.text)" + Self.suggestion(field.text, members))
            }
            return .path(path + [field.text])
        case .object(let name):
            guard let type = known.type(name) else { return .unknown }
            let names = type.properties.map(\.name) + type.methods.map(\.name)
            if !names.contains(field.text) {
                report(field, "\(type.shownName) has no \"\(field.text)\"" + Self.suggestion(field.text, names))
            }
            return .unknown
        case .parameters(let names):
            if !isGiven, !names.contains(field.text), !ownFields.contains(field.text) {
                report(
                    field,
                    "the script declares no parameter \"\(field.text)\"" + Self.suggestion(field.text, names))
            }
            return .unknown
        default:
            return .unknown
        }
    }

    /// Whether an expression that has just been read is only asked for, as in `if unpack then` and `unpack or table.unpack`:
    /// it stands between such words.
    ///
    /// - Parameter start: The index of its first token.
    private func isProbe(startingAt start: Int) -> Bool {
        guard start > 0, start <= tokens.count else { return false }
        let before = tokens[start - 1]
        // "#arg" calculates with it.
        if before.kind == .sign, Self.unary.union(Self.binary).subtracting(["==", "~="]).contains(before.text) {
            return false
        }
        if ["or", "and", "then", "==", "~="].contains(token.text), isOperator { return true }
        let isLast =
            !isNext("(") && !isNext(".") && !isNext("[") && !isNext(":")
            && token.kind != .string && !isNext("{")
        guard isLast else { return false }
        if before.text == "(", before.kind == .sign, start > 1 { return tokens[start - 2].text == "type" }
        return (before.kind == .keyword || before.kind == .sign)
            && ["not", "or", "and", "==", "~="].contains(before.text)
    }

    // MARK: Calls

    mutating func arguments() -> [Shape] {
        if token.kind == .string { return [.string(takeAny().text)] }
        if isNext("{") { return [table()] }
        take("(")
        let shapes = isNext(")") ? [] : expressions()
        take(")")
        return shapes
    }

    /// - Parameter nameToken: Where the callee's name begins.
    mutating func call(_ callee: Shape, _ nameToken: LuaToken) -> Shape {
        let given = arguments(of: callee, nameToken)
        guard case .path(let path) = callee else { return .unknown }
        if path == ["require"], case .string(let module)? = given.first { requiredModules.append(module) }
        guard path.first.map(definedGlobals.contains) != true, let function = known.function(path) else {
            return .unknown
        }
        checkOptions(of: [function], given, shown: path.joined(separator: "."))
        if path == ["speedpix", "params"] {
            checkParameters(given)
            if case .table(let parameters)? = given.first { return .parameters(parameters.map(\.key.text)) }
        }
        return known.result(of: function).map(Shape.object) ?? .unknown
    }

    mutating func call(method: LuaToken, of shape: Shape) -> Shape {
        let given = arguments()
        guard case .object(let name) = shape, let type = known.type(name) else {
            methodUses.append(Use(name: method.text, position: method.position))
            if !ownFields.contains(method.text) {
                checkOptions(of: known.methods(method.text), given, shown: ":\(method.text)")
            }
            return .unknown
        }
        guard let function = type.methods.first(where: { $0.name == method.text }) else {
            report(
                method,
                "\(type.shownName) has no method \"\(method.text)\""
                    + Self.suggestion(method.text, type.methods.map(\.name)))
            return .unknown
        }
        checkOptions(of: [function], given, shown: "\(type.shownName):\(function.name)")
        return known.result(of: function).map(Shape.object) ?? .unknown
    }

    /// Options come last, in a table behind all other arguments.
    mutating func checkOptions(of functions: [LuaReference.Function], _ given: [Shape], shown: String) {
        guard case .table(let fields)? = given.last, let first = functions.first,
            // Methods of one name on several objects: only where all of them have options at that position.
            functions.allSatisfy({ !$0.options.isEmpty && given.count > $0.parameters.count }),
            first.parameters.last?.name != "..."
        else { return }
        let names = Set(functions.flatMap(\.options).map(\.name))
        for key in fields.map(\.key) where !names.contains(key.text) {
            report(key, "\(shown) has no option \"\(key.text)\"" + Self.suggestion(key.text, names))
        }
    }

    /// Each parameter is declared by a table of its own.
    mutating func checkParameters(_ given: [Shape]) {
        guard case .table(let parameters)? = given.first else { return }
        for parameter in parameters {
            guard case .table(let fields) = parameter.value else { continue }
            for field in fields {
                let name = field.key.text
                guard Parameter.fields.contains(name) else {
                    report(
                        field.key,
                        "a parameter has no field \"\(name)\"" + Self.suggestion(name, Parameter.fields))
                    continue
                }
                let types = Parameter.Kind.allCases.map(\.rawValue)
                if name == "type", case .string(let type) = field.value, !types.contains(type) {
                    report(field.key, "there is no type \"\(type)\" of parameters" + Self.suggestion(type, types))
                }
            }
        }
    }
}
