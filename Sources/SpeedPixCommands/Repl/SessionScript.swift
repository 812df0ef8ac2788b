import LuaRuntime

/// What was typed and worked, as a script that does it again.
struct SessionScript: Sendable {
    struct Entry: Sendable {
        /// As it was typed.
        var text: String
        /// Its values were shown.
        var isExpression: Bool
        /// Whether it was text, and not some bytes.
        var isText = true
    }

    private(set) var entries: [Entry] = []

    mutating func add(_ source: [UInt8], isExpression: Bool) {
        entries.append(
            Entry(
                text: String(decoding: source, as: UTF8.self), isExpression: isExpression,
                isText: String(validating: source, as: UTF8.self) != nil))
    }

    /// - Parameter isSecret: Whether a text must not be written to a file.
    func text(isSecret: (String) -> Bool) -> String {
        var parts: [String] = []
        var scope = Scope(entries.filter { !isSecret($0.text) }.map { Self.whole($0) })
        for (index, entry) in entries.enumerated() {
            if isSecret(entry.text) {
                parts.append("-- left out: a line with the secret in it")
            } else if !entry.isText {
                parts.append("-- left out: a line with bytes in it that are not UTF-8 text")
            } else if entry.isExpression {
                parts.append(statement(entry.text, isUsed: isResultUsed(after: index)))
            } else {
                parts.append(statements(entry.text, isUsed: isResultUsed(after: index), &scope))
            }
        }
        if !scope.hoisted.isEmpty { parts.insert("local \(scope.hoisted.joined(separator: ", "))", at: 0) }
        let script = parts.joined(separator: "\n") + "\n"
        if Self.compiles(script) { return script }
        return Self.fitting(parts).joined(separator: "\n") + "\n"
    }

    // MARK: Variables

    /// The variables of the session, as locals of the script.
    private struct Scope {
        /// Those that something uses before they are declared: they have to be there first.
        let hoisted: [String]
        /// Declared more than once: all the declarations mean the same variable.
        let shared: Set<String>
        var declared: Set<String>

        init(_ chunks: [SessionChunk]) {
            var seen: Set<String> = []
            var used: Set<String> = []
            var early: [String] = []
            var again: Set<String> = []
            for chunk in chunks {
                for name in chunk.names {
                    if used.contains(name), !seen.contains(name) { early.append(name) }
                    if !seen.insert(name).inserted { again.insert(name) }
                }
                used.formUnion(chunk.used)
            }
            hoisted = early
            shared = again.union(early)
            declared = Set(early)
        }
    }

    private static func whole(_ entry: Entry) -> SessionChunk {
        SessionChunk(entry.isExpression ? "return \(entry.text)" : entry.text)
    }

    // MARK: Statements

    private func statements(_ text: String, isUsed: Bool, _ scope: inout Scope) -> String {
        let chunk = SessionChunk(text)
        if let (body, values) = chunk.finalReturn {
            // In a session only the chunk ends there.
            let before = body.allSatisfy(\.isWhitespace) ? [] : [statements(body, isUsed: false, &scope)]
            let shown = values.isEmpty ? [] : [statement(values, isUsed: isUsed)]
            return (before + shown).joined(separator: "\n")
        }
        let new = chunk.names.filter { !scope.declared.contains($0) }
        defer { scope.declared.formUnion(chunk.names) }
        let declaration = new.isEmpty ? [] : ["local \(new.joined(separator: ", "))"]
        if chunk.mayReturnEarly {
            let call = ";(function(...)\n\(chunk.assigning)\nend)(...)"
            return (declaration + [call]).joined(separator: "\n")
        }
        if chunk.needsBlock { return (declaration + ["do\n\(chunk.assigning)\nend"]).joined(separator: "\n") }
        if scope.shared.isDisjoint(with: chunk.names) { return chunk.beginsWithParenthesis ? ";\(text)" : text }
        // Without an attribute the first declaration can stay as it was typed.
        if new == chunk.names, !text.contains("<") { return text }
        return (declaration + [chunk.assigning]).joined(separator: "\n")
    }

    /// What shows a value at the prompt must be a statement in a script.
    private func statement(_ text: String, isUsed: Bool) -> String {
        // With a comment at its end, the parenthesis would be part of the comment.
        let value = text.contains("--") ? "\n\(text)\n" : text
        // Several values do not fit into parentheses; of those `_` gets the first.
        let forms = isUsed ? ["_ = (\(value))", "_ = \(text)"] : [text, "print(\(value))", "_ = \(text)"]
        let form = forms.first { Self.compiles($0) } ?? text
        return SessionChunk(form).beginsWithParenthesis ? ";\(form)" : form
    }

    // MARK: The whole

    private static func compiles(_ text: String) -> Bool {
        (try? LuaChunk(typed: text, name: "session").globals()) != nil
    }

    /// A script can have 200 locals, a session any number: they become globals. What does not fit in spite of that is
    /// left as a comment.
    private static func fitting(_ parts: [String]) -> [String] {
        var fitting: [String] = []
        for part in parts {
            let rewritten = compiles(part) ? SessionChunk(part).assigning : part
            if compiles((fitting + [rewritten]).joined(separator: "\n")) {
                fitting.append(rewritten)
            } else {
                fitting.append("-- left out: Lua does not take it in a script with all the rest")
                fitting += part.split(separator: "\n", omittingEmptySubsequences: false).map { "-- \($0)" }
            }
        }
        return fitting
    }

    /// Whether the next entries use `_` before another expression takes its place.
    private func isResultUsed(after index: Int) -> Bool {
        for entry in entries.dropFirst(index + 1) {
            let chunk = Self.whole(entry)
            if chunk.used.contains("_") { return true }
            if entry.isExpression || chunk.finalReturn != nil { return false }
        }
        return false
    }
}
