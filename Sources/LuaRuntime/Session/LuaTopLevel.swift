/// A chunk whose top-level locals are made variables of a session, so that the next chunk still has them.
///
/// `local x <const>, y = f()` becomes `x, y = f()`, of the same length and on the same lines, and `local function f`
/// becomes `function f`. Locals inside blocks and functions stay what they are, and so does a statement with a `<close>`
/// variable, which is closed at the end of its chunk.
public struct LuaTopLevel: Sendable {
    /// What to run.
    public let chunk: LuaChunk
    /// The variables it declares, in order.
    public let names: [String]
    /// Those of them that were declared constant.
    public let constants: Set<String>

    /// - Parameter chunk: One that compiles; otherwise the result is of no use.
    public init(_ chunk: LuaChunk) {
        var scan = Scan(chunk.source)
        scan.run()
        var rewritten = chunk
        rewritten.source = scan.source
        self.chunk = rewritten
        names = scan.names
        constants = scan.constants
    }

    private struct Scan {
        private let lexer: LuaLexer
        private let tokens: [LuaLexer.Token]
        private var at = 0
        /// Blocks around the current place.
        private var depth = 0
        /// Names of locals that stay locals: what is declared again below them must stay one, too.
        private var kept: Set<String> = []
        private var insertions: [(at: Int, text: String)] = []
        private(set) var source: [UInt8]
        private(set) var names: [String] = []
        private(set) var constants: Set<String> = []

        init(_ source: [UInt8]) {
            lexer = LuaLexer(source)
            tokens = Array(lexer)
            self.source = source
        }

        mutating func run() {
            while at < tokens.count {
                let isWord = tokens[at].kind == .word
                switch isWord ? lexer.text(tokens[at]) : "" {
                // `while` and `for` open their block with `do`.
                case "function", "do", "if", "repeat": depth += 1
                case "end", "until": depth -= 1
                case "local" where depth == 0:
                    declaration()
                    continue
                default: break
                }
                at += 1
            }
            for insertion in insertions.reversed() {
                source.insert(contentsOf: Array(insertion.text.utf8), at: insertion.at)
            }
        }

        private func text(_ index: Int) -> String {
            index < tokens.count ? lexer.text(tokens[index]) : ""
        }

        private mutating func blank(_ range: Range<Int>) {
            for index in range { source[index] = UInt8(ascii: " ") }
        }

        /// From `local` on; leaves `at` behind what it has understood.
        private mutating func declaration() {
            let keyword = at
            at += 1
            guard text(at) != "function" else {
                // The block is counted by the main loop.
                let name = text(at + 1)
                guard !kept.contains(name) else { return }
                blank(tokens[keyword].range)
                declare(name, isConstant: false)
                return
            }
            var declared: [(name: String, isConstant: Bool)] = []
            var attributes: [Range<Int>] = []
            var staysLocal = false
            while at < tokens.count, tokens[at].kind == .word {
                let name = text(at)
                var isConstant = false
                at += 1
                if text(at) == "<", text(at + 2) == ">" {
                    isConstant = text(at + 1) == "const"
                    // A variable to be closed needs its scope.
                    if !isConstant { staysLocal = true }
                    attributes.append(tokens[at].range.lowerBound..<tokens[at + 2].range.upperBound)
                    at += 3
                }
                declared.append((name, isConstant))
                if name == "_ENV" || kept.contains(name) { staysLocal = true }
                guard text(at) == "," else { break }
                at += 1
            }
            guard !staysLocal else {
                kept.formUnion(declared.map(\.name))
                return
            }
            blank(tokens[keyword].range)
            for attribute in attributes { blank(attribute) }
            for variable in declared { declare(variable.name, isConstant: variable.isConstant) }
            if text(at) != "=" { insertions.append((tokens[at - 1].range.upperBound, " = nil;")) }
        }

        private mutating func declare(_ name: String, isConstant: Bool) {
            names.removeAll { $0 == name }
            names.append(name)
            if isConstant { constants.insert(name) } else { constants.remove(name) }
        }
    }
}
