import LuaRuntime

/// What was typed and worked, as a script that does it again.
struct SessionScript: Sendable {
    struct Entry: Sendable {
        /// As it was typed.
        var text: String
        /// Its values were shown.
        var isExpression: Bool
    }

    private(set) var entries: [Entry] = []

    mutating func add(_ text: String, isExpression: Bool) {
        entries.append(Entry(text: text, isExpression: isExpression))
    }

    /// - Parameter isSecret: Whether a text must not be written to a file.
    func text(isSecret: (String) -> Bool) -> String {
        var parts: [String] = []
        for (place, entry) in entries.enumerated() {
            guard !isSecret(entry.text) else {
                parts.append("-- left out: a line with the secret in it")
                continue
            }
            parts.append(entry.isExpression ? statement(entry.text, isUsed: isResultUsed(after: place)) : entry.text)
        }
        // A script can have 200 locals; a session any number.
        let script = parts.joined(separator: "\n") + "\n"
        if Self.compiles(script) { return script }
        let rewritten = zip(entries, parts).map { entry, part in
            let chunk = LuaChunk(typed: part, name: "session")
            return Self.compiles(part) ? String(decoding: LuaTopLevel(chunk).chunk.source, as: UTF8.self) : part
        }
        return rewritten.joined(separator: "\n") + "\n"
    }

    /// What shows a value at the prompt must be a statement in a script.
    private func statement(_ text: String, isUsed: Bool) -> String {
        // A comment at its end would swallow the parenthesis.
        let value = text.contains("--") ? "\n\(text)\n" : text
        if isUsed { return "_ = (\(value))" }
        return Self.compiles(text) ? text : "print(\(value))"
    }

    private static func compiles(_ text: String) -> Bool {
        (try? LuaChunk(typed: text, name: "session").globals()) != nil
    }

    /// Whether the next entries use `_` before another expression takes its place.
    private func isResultUsed(after place: Int) -> Bool {
        for entry in entries.dropFirst(place + 1) {
            let uses =
                (try? LuaChunk(typed: entry.isExpression ? "return \(entry.text)" : entry.text, name: "s").globals())
                ?? []
            if uses.contains(where: { $0.name == "_" && !$0.isWrite }) { return true }
            if entry.isExpression { return false }
        }
        return false
    }
}
