import LuaRuntime
import SpeedPixLua
import Spelling

/// Walks over a script that compiles, and notes names that nothing gives: globals, fields and methods of the API, options.
///
/// It knows locals and their scopes, locals that stand for a part of the API (`local sp = speedpix`), and the type of
/// what the API's functions give, as long as a local is assigned once. What the text does not show is not reported.
///
/// `LuaChunk.globals()` reads globals from the compiled script, and has neither options, fields and methods nor columns,
/// all of which are reported here; so this goes through the text. It may be silent about a global where the compiler knows
/// it: nothing but a message is lost.
struct ScriptCheck {
    /// What is known of a value.
    enum Shape: Equatable {
        /// A global, or a field of one: `["speedpix", "map"]`.
        case path([String])
        /// An object of the API.
        case object(String)
        /// A table as it is written, with its named keys.
        case table([Field])
        /// What `speedpix.params` gives: the names that the script declares.
        case parameters([String])
        case string(String)
        case unknown
    }

    /// A key of a table and what it is given.
    struct Field: Equatable {
        var key: LuaToken
        var value: Shape
    }

    /// A global that was read, unless the script gives it somewhere.
    struct Use {
        var name: String
        var position: TextPosition
        /// Whether it only asks if there is such a thing.
        var isProbe = false
    }

    let known: KnownNames
    let tokens: [LuaToken]
    var index = 0
    var scopes: [[String: Shape]] = [[:]]
    var uses: [Use] = []
    var methodUses: [Use] = []
    /// Names that the script gives to fields and methods of its own.
    var ownFields: Set<String> = []
    var syntaxContext = SyntaxContext()
    /// `_ENV` and `_G[…]` make globals that the text does not show.
    var hasDynamicGlobals = false

    var findings: [ScriptFinding] = []
    /// Uses of fields of Lua's modules that are not there, by the field; what to use instead is known.
    var absentFields: [(path: String, finding: ScriptFinding, isProbe: Bool)] = []
    /// The globals that the script makes.
    var definedGlobals: Set<String> = []
    /// The modules that it requires by a name in the text.
    var requiredModules: [String] = []

    /// - Parameter source: A text that Lua compiles.
    init(_ source: [UInt8], known: KnownNames) {
        self.known = known
        tokens = LuaToken.list(source)
        block()
    }

    /// A longer list would not be read; a file that is not a script at all has thousands.
    private static let mostFindings = 200

    /// What is wrong, in the order of the text.
    ///
    /// - Parameter others: Globals that the script's modules make.
    func findings(globalsElsewhere others: Set<String>) -> [ScriptFinding] {
        // A script that asks for a name knows that it may be missing.
        let probedFields = Set(absentFields.filter(\.isProbe).map(\.path))
        let probedNames = Set(uses.filter(\.isProbe).map(\.name))
        var all = findings + absentFields.filter { !probedFields.contains($0.path) }.map(\.finding)
        if !hasDynamicGlobals {
            for use in uses
            where all.count < Self.mostFindings && !definedGlobals.contains(use.name) && !others.contains(use.name)
                && known.globals[use.name] == nil
            {
                if let advice = AbsentNames.advice[use.name] {
                    if !probedNames.contains(use.name) {
                        all.append(
                            ScriptFinding(
                                position: use.position, message: "there is no global \"\(use.name)\"; \(advice)"))
                    }
                    continue
                }
                let names = Set(known.globals.keys).union(definedGlobals).union(others)
                var message = "there is no global \"\(use.name)\"" + Self.suggestion(use.name, names)
                if NearestName.suggestion(for: use.name, among: names) == nil,
                    let module = known.globals.filter({ $0.value?.contains(use.name) == true }).keys.min()
                {
                    message += "; there is \(module).\(use.name)"
                }
                all.append(ScriptFinding(position: use.position, message: message))
            }
        }
        let methods = known.methodNames
        for use in methodUses where !methods.contains(use.name) && !ownFields.contains(use.name) {
            if let advice = AbsentNames.advice["string.\(use.name)"] {
                all.append(
                    ScriptFinding(position: use.position, message: "strings have no \"\(use.name)\"; \(advice)"))
                continue
            }
            guard let nearest = NearestName.suggestion(for: use.name, among: methods.subtracting(ownFields)) else {
                continue
            }
            all.append(
                ScriptFinding(
                    position: use.position,
                    message: "no object has a method \"\(use.name)\"; did you mean \"\(nearest)\"?"))
        }
        return all.sorted { $0.position < $1.position }
    }

    static func suggestion(_ name: String, _ names: some Sequence<String>) -> String {
        NearestName.suggestion(for: name, among: names).map { "; did you mean \"\($0)\"?" } ?? ""
    }

    mutating func report(_ token: LuaToken, _ message: String) {
        findings.append(ScriptFinding(position: token.position, message: message))
    }

    // MARK: Words

    var token: LuaToken { tokens[min(index, tokens.count - 1)] }
    func isNext(_ text: String) -> Bool {
        (token.kind == .keyword || token.kind == .sign) && token.text == text
    }
    func isSign(_ text: String, at offset: Int) -> Bool {
        index + offset < tokens.count && tokens[index + offset].kind == .sign && tokens[index + offset].text == text
    }

    @discardableResult
    mutating func take(_ text: String) -> Bool {
        guard isNext(text) else { return false }
        index += 1
        return true
    }

    mutating func takeAny() -> LuaToken {
        defer { index += 1 }
        return token
    }

    // MARK: Names

    mutating func declare(_ name: String, _ shape: Shape = .unknown) {
        scopes[scopes.count - 1][name] = shape
    }

    func local(_ name: String) -> Shape? {
        scopes.last { $0[name] != nil }?[name]
    }

    /// A local that is assigned again may be anything.
    mutating func forget(_ name: String) {
        guard let scope = scopes.lastIndex(where: { $0[name] != nil }) else { return }
        scopes[scope][name] = .unknown
    }

    mutating func scoped(_ body: (inout ScriptCheck) -> Void) {
        scopes.append([:])
        body(&self)
        scopes.removeLast()
    }

    // MARK: Statements

    static let blockEnds: Set<String> = ["end", "else", "elseif", "until"]

    mutating func block() {
        while token.kind != .end, !(token.kind == .keyword && Self.blockEnds.contains(token.text)) {
            let before = index
            statement()
            // A text that does not compile may end up here; never twice at the same word.
            if index == before { index += 1 }
        }
    }

    mutating func body() {
        scoped { $0.block() }
        take("end")
    }

    mutating func statement() {
        if take(";") || take("break") { return }
        if take("goto") {
            _ = takeAny()
        } else if take("::") {
            _ = takeAny()
            take("::")
        } else if take("do") {
            body()
        } else if take("while") {
            _ = expression()
            take("do")
            body()
        } else if take("repeat") {
            // What it declares may be used in its condition.
            scoped {
                $0.block()
                $0.take("until")
                _ = $0.expression()
            }
        } else if take("if") {
            condition()
        } else if take("for") {
            loop()
        } else if take("function") {
            namedFunction()
        } else if take("local") {
            localStatement()
        } else if take("return") {
            if token.kind != .end, !isNext(";"), !(token.kind == .keyword && Self.blockEnds.contains(token.text)) {
                _ = expressions()
            }
            take(";")
        } else {
            assignmentOrCall()
        }
    }

    mutating func condition() {
        _ = expression()
        take("then")
        scoped { $0.block() }
        while take("elseif") {
            _ = expression()
            take("then")
            scoped { $0.block() }
        }
        if take("else") { scoped { $0.block() } }
        take("end")
    }

    mutating func loop() {
        var names = [takeAny().text]
        while take(",") { names.append(takeAny().text) }
        if !take("in") { take("=") }
        let isOverPairs = isPairsCall
        _ = expressions()
        take("do")
        if isOverPairs { syntaxContext.pairsLoops += 1 }
        scoped { check in
            for name in names { check.declare(name) }
            check.block()
        }
        if isOverPairs { syntaxContext.pairsLoops -= 1 }
        take("end")
    }

    mutating func namedFunction() {
        let first = takeAny()
        var isMethod = false
        if isNext(".") || isNext(":") {
            _ = name(first)
            while isNext(".") || isNext(":") {
                isMethod = takeAny().text == ":"
                ownFields.insert(takeAny().text)
            }
        } else if local(first.text) == nil {
            definedGlobals.insert(first.text)
        } else {
            forget(first.text)
        }
        functionBody(isMethod: isMethod)
    }

    mutating func localStatement() {
        if take("function") {
            declare(takeAny().text)
            return functionBody(isMethod: false)
        }
        var names: [String] = []
        repeat {
            names.append(takeAny().text)
            if take("<") {
                _ = takeAny()
                take(">")
            }
        } while take(",")
        let shapes = take("=") ? expressions() : []
        for (index, name) in names.enumerated() {
            var shape = index < shapes.count ? shapes[index] : .unknown
            // A table of the script's own may get more fields later.
            if case .table = shape { shape = .unknown }
            declare(name, shape)
        }
    }

    mutating func assignmentOrCall() {
        var targets: [(token: LuaToken, isName: Bool)] = []
        repeat {
            let start = token
            let isName = start.kind == .name && (isSign("=", at: 1) || isSign(",", at: 1))
            if isName {
                index += 1
            } else {
                _ = suffixed(isTarget: true)
            }
            targets.append((start, isName))
        } while take(",")
        if take("=") { _ = expressions() }
        for target in targets where target.isName {
            if local(target.token.text) == nil {
                definedGlobals.insert(target.token.text)
                if target.token.text == "_ENV" { hasDynamicGlobals = true }
            } else {
                forget(target.token.text)
            }
        }
    }

    mutating func functionBody(isMethod: Bool) {
        scoped { check in
            if isMethod { check.declare("self") }
            check.take("(")
            while !check.isNext(")"), check.token.kind != .end {
                let parameter = check.takeAny()
                if parameter.kind == .name { check.declare(parameter.text) }
            }
            check.take(")")
            check.block()
        }
        take("end")
    }
}
