/// What a person has typed so far: an expression, statements, something that goes on, or a mistake.
public enum LuaInput: Sendable {
    /// Values to show: the chunk returns them.
    case expression(LuaChunk)
    case statements(LuaChunk)
    /// More is to come, says Lua's own compiler: it met the end of the text where something else had to follow.
    case incomplete
    case failure(LuaError)
    /// Nothing but space and comments.
    case empty

    /// Compiles the text and runs nothing.
    ///
    /// - Parameter name: Of the chunk, as messages show it.
    public init(_ text: String, name: String) {
        self.init(text.utf8, name: name)
    }

    /// Compiles source that need not be text, and runs nothing.
    ///
    /// - Parameter name: Of the chunk, as messages show it.
    public init(_ source: some Sequence<UInt8>, name: String) {
        let statements = LuaChunk(typed: source, name: name)
        guard LuaLexer(statements.source).contains(where: { _ in true }) else {
            self = .empty
            return
        }
        // On a line of its own it would move the lines of messages.
        let expression = LuaChunk(typed: Array("return ".utf8) + statements.source, name: name)
        // `return` is an expression's end as well, as are a comment and a semicolon.
        if Self.isReturn(statements) == false {
            switch Self.failure(expression) {
            case nil:
                self = .expression(expression)
                return
            case .some(let error) where error.syntaxProblem == .incomplete:
                self = .incomplete
                return
            // It is an expression with a number that Lua cannot read.
            case .some(let error) where error.syntaxProblem == .wideNumeral:
                self = .failure(error)
                return
            default: break
            }
        }
        switch Self.failure(statements) {
        case nil: self = .statements(statements)
        case .some(let error): self = error.syntaxProblem == .incomplete ? .incomplete : .failure(error)
        }
    }

    private static func isReturn(_ chunk: LuaChunk) -> Bool {
        var lexer = LuaLexer(chunk.source)
        return lexer.next().map { lexer.text($0) == "return" } ?? false
    }

    private static func failure(_ chunk: LuaChunk) -> LuaError? {
        do {
            // What ends with its line, such as a string, is not unfinished but wrong.
            var line = chunk
            line.source.append(UInt8(ascii: "\n"))
            _ = try line.globals()
            return nil
        } catch {
            // Of kind memory: it compiles, and only the list of globals is missing.
            return error.kind == .syntax ? error : nil
        }
    }
}

extension LuaChunk {
    /// Text that a person typed: a first line that starts with `#` asks for a length, and is not a shebang.
    public init(typed text: String, name: String) {
        self.init(typed: text.utf8, name: name)
    }

    /// What a person typed, or wrote into a pipe: it need not be text.
    public init(typed source: some Sequence<UInt8>, name: String) {
        self.init("", name: name)
        self.source = Array(source)
    }
}
