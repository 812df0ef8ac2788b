import LuaRuntime

/// What completion has to know of the code before the cursor: the names in front of it, and the call it stands in.
struct LuaCompletionContext {
    enum Kind: Equatable {
        /// In a comment, in a long string, behind a number: where nothing is to be completed.
        case none
        /// In a string that begins so, in such quotes.
        case string(String, quote: String)
        /// Behind `path.` or `path:`, with the beginning of a name.
        case member(path: [String], name: String, isMethod: Bool)
        /// Behind `list[1]:`, with the beginning of a name: what type the value has is known only by running it.
        case method(String)
        /// Where a field of a table's constructor begins; `taken` are the fields that it has.
        case field(String, taken: Set<String>)
        case global(String)
    }

    /// The call whose arguments the cursor is among, or in a table of.
    struct Call: Equatable {
        /// `run`, `speedpix.map`, `job:wait`.
        var name: String
        /// Counted from 0.
        var argument: Int
        /// The first argument, if it is a plain string.
        var firstText: String?
    }

    private(set) var kind = Kind.none
    /// The field whose value the cursor is in: `prompt` in `{ prompt = "a`; nil elsewhere.
    private(set) var field: String?
    private(set) var call: Call?

    private struct Frame {
        /// The index of the bracket among the tokens.
        var opener: Int
        var commas = 0
        /// Fields that were named so far.
        var fields: Set<String> = []
    }

    private let lexer: LuaLexer
    private let tokens: [LuaLexer.Token]

    /// - Parameter text: All of the chunk up to the cursor.
    init(_ source: String) {
        let bytes = Array(source.utf8)
        lexer = LuaLexer(bytes)
        tokens = Array(lexer)
        let end = tokens.last?.range.upperBound ?? 0
        // What is left behind the last token is space, or a comment.
        let space: [UInt8] = [0x20, 0x09, 0x0A, 0x0D]
        guard bytes[end...].allSatisfy(space.contains) else { return }
        let last = tokens.last
        // A short string that is not closed; a long one begins otherwise.
        if let last, last.kind == .unfinished {
            let string = lexer.text(last)
            guard let quote = string.first, quote == "\"" || quote == "'", !string.contains("\\") else { return }
            let opener = tokens.count - 2
            // `run "…"`, without parentheses.
            call =
                isCallee(endingAt: opener)
                ? callee(endingAt: opener).map { Call(name: $0, argument: 0) } : call(around: opener + 1)
            if text(opener) == "=" { field = text(opener - 1) }
            kind = .string(String(string.dropFirst()), quote: String(quote))
            return
        }
        let hasName = last?.kind == .word && end == bytes.count
        guard hasName || last?.kind != .number || end < bytes.count else { return }
        let name = hasName ? lexer.text(tokens[tokens.count - 1]) : ""
        let at = hasName ? tokens.count - 1 : tokens.count
        let before = text(at - 1)
        if before == "." || before == ":" {
            guard let path = path(endingAt: at - 2) else {
                if before == ":", text(at - 2) == "]" { kind = .method(name) }
                return
            }
            kind = .member(path: path, name: name, isMethod: before == ":")
            return
        }
        call = call(around: at)
        if let frame = frames(upTo: at).last, text(frame.opener) == "{", ["{", ",", ";"].contains(before) {
            kind = .field(name, taken: frame.fields)
        } else if before != "::" {
            kind = .global(name)
        }
    }

    private func text(_ index: Int) -> String {
        tokens.indices.contains(index) ? lexer.text(tokens[index]) : ""
    }

    /// `a.b.c`, read backwards; nil if it begins with an expression whose value is known only by running it.
    private func path(endingAt end: Int) -> [String]? {
        var names: [String] = []
        var index = end
        while tokens.indices.contains(index), tokens[index].kind == .word {
            names.insert(text(index), at: 0)
            guard text(index - 1) == "." || text(index - 1) == ":" else { return names }
            index -= 2
        }
        return nil
    }

    /// The brackets that are open at a token.
    private func frames(upTo end: Int) -> [Frame] {
        var frames: [Frame] = []
        for index in 0..<end {
            switch text(index) {
            case "(", "{", "[": frames.append(Frame(opener: index))
            case ")", "}", "]": _ = frames.popLast()
            case ",", ";": if !frames.isEmpty { frames[frames.count - 1].commas += 1 }
            case "=":
                if !frames.isEmpty { frames[frames.count - 1].fields.insert(text(index - 1)) }
            default: break
            }
        }
        return frames
    }

    private func call(around end: Int) -> Call? {
        let frames = frames(upTo: end)
        guard let inner = frames.last else { return nil }
        var frame = inner
        var argument = inner.commas
        if text(inner.opener) == "{" {
            argument = 0
            // `f { … }`, or one of the arguments of `f(…)`.
            if !isCallee(endingAt: inner.opener - 1) {
                guard frames.count > 1, ["(", ","].contains(text(inner.opener - 1)) else { return nil }
                frame = frames[frames.count - 2]
                argument = frame.commas
            }
        }
        guard ["(", "{"].contains(text(frame.opener)), let name = callee(endingAt: frame.opener - 1) else { return nil }
        let first = frame.opener + 1
        var firstText: String?
        if tokens.indices.contains(first), tokens[first].kind == .string {
            firstText = String(text(first).dropFirst().dropLast())
        }
        return Call(name: name, argument: argument, firstText: firstText)
    }

    private func isCallee(endingAt index: Int) -> Bool {
        tokens.indices.contains(index) && tokens[index].kind == .word && callee(endingAt: index) != nil
    }

    private func callee(endingAt index: Int) -> String? {
        guard let path = path(endingAt: index), !["return", "and", "or", "not", "in"].contains(path[0]) else {
            return nil
        }
        let isMethod = path.count > 1 && text(index - 1) == ":"
        return isMethod
            ? path.dropLast().joined(separator: ".") + ":" + path[path.count - 1] : path.joined(separator: ".")
    }
}
