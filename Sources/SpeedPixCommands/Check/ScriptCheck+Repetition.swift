import SpeedPixLua

// Warnings about values that differ when a run is resumed: it runs again from its first line.
extension ScriptCheck {
    /// What encloses the expression that is read, as far as these warnings depend on it.
    struct SyntaxContext {
        /// Enclosing loops over `pairs`.
        var pairsLoops = 0
        /// Enclosing inputs of creates.
        var inputs = 0
    }

    private static let draws: Set<String> = ["math.random"]
    private static let clocks: Set<String> = ["os.time", "os.date", "os.clock"]

    /// Whether the expression that comes is a call of `pairs`.
    var isPairsCall: Bool {
        (token.kind == .name && token.text == "pairs" && isSign("(", at: 1) && local("pairs") == nil)
    }

    /// The arguments of a call, with what is known of them.
    mutating func arguments(of callee: Shape, _ nameToken: LuaToken) -> [Shape] {
        guard case .path(let path) = callee else { return arguments() }
        let name = path.joined(separator: ".")
        let isCreate = ScriptReference.createFunctions.contains(name)
        if syntaxContext.inputs > 0, Self.clocks.contains(name) {
            warn(
                nameToken,
                "\(name) gives another value when the run is resumed, and the prediction is then"
                    + " paid for again; keep it: speedpix.once(\"stamp\", function() … end)")
        }
        if syntaxContext.pairsLoops > 0, isCreate || Self.draws.contains(name) {
            warn(
                nameToken,
                "pairs has another order in each process, so that a resumed run does not find"
                    + " \(name) at its place; sort the keys first, or use a list")
        }
        let before = syntaxContext
        defer { syntaxContext = before }
        if isCreate { syntaxContext.inputs += 1 }
        // Its result is recorded, and the same when the run is resumed.
        if name == "speedpix.once" { syntaxContext = SyntaxContext() }
        return arguments()
    }

    private mutating func warn(_ token: LuaToken, _ message: String) {
        findings.append(ScriptFinding(position: token.position, message: message, isWarning: true))
    }
}
