import LuaRuntime
import SpeedPix
import SpeedPixLua

/// What Tab does: the names that can stand where the cursor is, by what is in the VM and what the reference says.
struct NameCompletion: Sendable {
    /// What can follow a variable and its fields; nothing for a session's variables and the globals.
    var members: @Sendable ([String]) -> [LuaVM.Member]
    var workflows: @Sendable () -> [KnownWorkflow]
    var reference = ScriptReference.all
    /// The names in a folder, as it was typed; those of folders end with a slash.
    var files: @Sendable (String) -> [String] = { _ in [] }
    /// Texts that the session has given to an input of a workflow: the workflow, then the input.
    var values: @Sendable (String, String) -> [String] = { _, _ in [] }

    /// A name that fits, and what goes behind it once it is complete.
    private struct Candidate: Hashable {
        var name: String
        var suffix = ""
    }

    /// - Parameters:
    ///   - before: The line up to the cursor.
    ///   - earlier: The lines of the same chunk above it.
    func complete(_ before: String, earlier: String = "") -> Completion {
        if earlier.isEmpty, before.hasPrefix(":"), !before.hasPrefix("::") { return completeCommand(before) }
        return completeLua(earlier.isEmpty ? before : "\(earlier)\n\(before)")
    }

    private func completeCommand(_ before: String) -> Completion {
        guard let space = before.firstIndex(of: " ") else {
            return Self.completion(
                String(before.dropFirst()), SessionCommand.names.map { Candidate(name: $0, suffix: " ") })
        }
        let rest = String(before[space...].drop { $0 == " " })
        switch before[..<space] {
        case ":help", ":h", ":?":
            return Self.completion(
                rest, (reference.topics + workflows().map(\.id)).map { Candidate(name: $0) })
        case ":time": return completeLua(rest)
        case ":load", ":save", ":save!": return completeFile(rest)
        default: return Completion()
        }
    }

    /// - Parameter suffix: Goes behind the name of a file that is complete, and not behind a folder's.
    private func completeFile(_ typed: String, suffix: String = "") -> Completion {
        let path = typed.first == "\"" || typed.first == "'" ? typed.dropFirst() : typed[...]
        let start = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        let name = String(path[start...])
        let found = files(String(path[..<start])).filter { !$0.hasPrefix(".") || name.hasPrefix(".") }
        return Self.completion(name, found.map { Candidate(name: $0, suffix: $0.hasSuffix("/") ? "" : suffix) })
    }

    private func completeLua(_ text: String) -> Completion {
        let cursor = LuaCompletionContext(text)
        switch cursor.kind {
        case .none: return Completion()
        case .string(let start, let quote):
            let call = cursor.call
            if let call, call.argument == 0, ScriptReference.createFunctions.contains(call.name) {
                return Self.completion(start, workflows().map { Candidate(name: $0.id, suffix: quote) })
            }
            if PathText.looksLikePath(start) { return completeFile(start, suffix: quote) }
            guard let call else { return Completion() }
            return Self.completion(
                start, texts(of: call, field: cursor.field).map { Candidate(name: $0, suffix: quote) })
        case .member(let path, let name, let isMethod):
            let found = members(path).filter { member in
                if case .method = member { return isMethod }
                // A table's functions can be called either way; fields cannot be called.
                if case .field = member { return !isMethod }
                return true
            }
            return Self.completion(name, found.map(Self.candidate))
        case .method(let name):
            return Self.completion(
                name, reference.classes.flatMap(\.methods).map { Candidate(name: $0.name, suffix: "(") })
        case .field(let name, let taken):
            let options = cursor.call.map { self.options(of: $0) } ?? []
            let fitting = options.filter { !taken.contains($0) }.map { Candidate(name: $0, suffix: " = ") }
            if name.isEmpty || fitting.contains(where: { $0.name.hasPrefix(name) }) {
                return Self.completion(name, fitting)
            }
            return completeGlobal(name)
        case .global(let name): return completeGlobal(name)
        }
    }

    private func completeGlobal(_ name: String) -> Completion {
        // Without a prefix, a list of everything would be too long to help.
        guard !name.isEmpty else { return Completion() }
        return Self.completion(name, members([]).map(Self.candidate) + LuaSyntax.keywords.map { Candidate(name: $0) })
    }

    /// What the table of a call may hold: the function's options, or what the workflow takes.
    private func options(of call: LuaCompletionContext.Call) -> [String] {
        if call.argument == 1, ScriptReference.createFunctions.contains(call.name) {
            return workflows().first { $0.id == call.firstText }?.inputs.map(\.name) ?? []
        }
        return functions(of: call).filter { call.argument >= $0.parameters.count }.flatMap { $0.options.map(\.name) }
    }

    /// What a text in a call is known to be: of a workflow's input, an option or a parameter.
    ///
    /// - Parameter field: The field of the call's table that the text is the value of; nil for an argument of its own.
    private func texts(of call: LuaCompletionContext.Call, field: String?) -> [String] {
        if call.argument == 1, ScriptReference.createFunctions.contains(call.name) {
            guard let field, let workflow = call.firstText else { return [] }
            let input = workflows().first { $0.id == workflow }?.inputs.first { $0.name == field }
            return (input?.choices ?? []) + values(workflow, field)
        }
        return functions(of: call).flatMap { function -> [String] in
            let parameters = function.parameters
            // Some options may also stand behind the parameters, without a table.
            let number = call.argument - parameters.count
            if number < 0 { return field == nil ? parameters[call.argument].choices : [] }
            let name = field ?? (number < function.inOrder.count ? function.inOrder[number] : nil)
            return function.options.filter { $0.name == name }.flatMap(\.choices)
        }
    }

    /// Those that a call may mean, as the reference has them.
    private func functions(of call: LuaCompletionContext.Call) -> [LuaReference.Function] {
        if let colon = call.name.lastIndex(of: ":") {
            return methods(String(call.name[call.name.index(after: colon)...]), of: String(call.name[..<colon]))
        }
        return reference.modules.flatMap { module in
            module.functions.filter { function in
                let isGlobal = module.name.isEmpty || module.globals.contains(function.name)
                return "\(module.name).\(function.name)" == call.name || isGlobal && function.name == call.name
            }
        }
    }

    /// The methods of a name: of several classes only if it is unknown which one the variable belongs to.
    private func methods(_ name: String, of variable: String) -> [LuaReference.Function] {
        let classes = reference.classes.filter { $0.methods.contains { $0.name == name } }
        let names = Set(members(variable.split(separator: ".").map(String.init)).map(\.name))
        func matchScore(_ described: LuaReference.Class) -> Int {
            names.intersection(described.methods.map(\.name) + described.properties.map(\.name)).count
        }
        let best = classes.map(matchScore).max() ?? 0
        return classes.filter { matchScore($0) == best }.flatMap(\.methods).filter { $0.name == name }
    }

    private static func candidate(_ member: LuaVM.Member) -> Candidate {
        if case .field(let name) = member { return Candidate(name: name) }
        return Candidate(name: member.name, suffix: "(")
    }

    private static func completion(_ start: String, _ candidates: [Candidate]) -> Completion {
        let fitting = Dictionary(
            candidates.filter { candidate in
                candidate.name.hasPrefix(start) && candidate.name.printable() == candidate.name
                    // Names that begin with an underscore are internal: offered only where the underscore was typed.
                    && (!candidate.name.hasPrefix("_") || start.hasPrefix("_"))
            }.map { ($0.name, $0) }, uniquingKeysWith: { $1.suffix.isEmpty ? $0 : $1 })
        guard let first = fitting.values.first else { return Completion() }
        if fitting.count == 1 { return Completion(insertion: first.name.dropFirst(start.count) + first.suffix) }
        let common = fitting.keys.reduce(first.name) { $0.commonPrefix(with: $1) }
        guard common.count <= start.count else { return Completion(insertion: String(common.dropFirst(start.count))) }
        return Completion(choices: fitting.keys.sorted())
    }
}

extension String {
    fileprivate func commonPrefix(with other: String) -> String {
        String(zip(self, other).prefix { $0 == $1 }.map(\.0))
    }
}
