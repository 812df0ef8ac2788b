import LuaRuntime

/// What has to be known of a chunk before it can stand among others in one script.
struct SessionChunk {
    /// Begins with a parenthesis: it would call what the chunk before it ends with.
    private(set) var beginsWithParenthesis = false
    /// Defines a label, or a variable to be closed, which must end with the chunk.
    private(set) var needsBlock = false
    /// Returns from inside of a block: what is left of the chunk is skipped, but not what follows it.
    private(set) var mayReturnEarly = false
    /// What stands before the `return` that it ends with, and the values behind that; nil without one.
    private(set) var finalReturn: (body: String, values: String)?
    /// The variables that it declares for those that follow.
    let names: [String]
    /// The same with assignments in place of these declarations.
    let assigning: String
    /// What it uses without declaring it itself.
    let used: Set<String>

    /// - Parameter text: Statements that compile.
    init(_ text: String) {
        let chunk = LuaChunk(typed: text, name: "session")
        let topLevel = LuaTopLevel(chunk)
        names = topLevel.names
        assigning = String(decoding: topLevel.chunk.source, as: UTF8.self).trimming(while: \.isWhitespace)
        used = Set(((try? chunk.globals()) ?? []).map(\.name))
        scan(chunk.source)
    }

    private mutating func scan(_ source: [UInt8]) {
        let lexer = LuaLexer(source)
        let tokens = Array(lexer)
        let words = tokens.map { lexer.text($0) }
        beginsWithParenthesis = words.first == "("
        // The blocks around a token; true for a function's.
        var blocks: [Bool] = []
        for (index, word) in words.enumerated() {
            switch word {
            case "function": blocks.append(true)
            // `while` and `for` open their block with `do`.
            case "do", "if", "repeat": blocks.append(false)
            case "end", "until": _ = blocks.popLast()
            case "::" where blocks.isEmpty: needsBlock = true
            case "close"
            where blocks.isEmpty && index > 1 && words[index - 1] == "<" && index + 1 < words.count
                && words[index + 1] == ">":
                needsBlock = true
            case "return" where blocks.isEmpty:
                let range = tokens[index].range
                var values = String(decoding: source[range.upperBound...], as: UTF8.self)
                values = values.trimming { $0.isWhitespace || $0 == ";" }
                finalReturn = (String(decoding: source[..<range.lowerBound], as: UTF8.self), values)
            case "return" where !blocks.contains(true): mayReturnEarly = true
            default: break
            }
        }
    }
}
