import LuaRuntime
import SpeedPix
import Spelling

/// A line for the session itself: it begins with a colon, which no Lua does.
enum SessionCommand: Equatable {
    case help(String?)
    case jobs
    case workflows
    /// With arguments for `speedpix.params`.
    case load(String, [String: String])
    /// `:save!` replaces a file that is there.
    case save(String, replaces: Bool)
    case time(String)
    case quit
    /// What to say about a line that is none of them.
    case mistake(String)

    /// As `:help` lists them.
    static let usage = [
        (":help [NAME]", "what a function, a module, a workflow, a kind of object or an error code is"),
        (":workflows", "what can be run; :help WORKFLOW tells what it takes"),
        (":jobs", "predictions and tasks of this session"),
        (":load FILE [key=value …]", "runs a script here with these parameters, and keeps its locals"),
        (":save FILE", "writes what worked as a script; :save! replaces a file"),
        (":time EXPR", "how long it takes"),
        (":quit", "leaves; so does Ctrl-D"),
    ]

    static let names = ["help", "workflows", "jobs", "load", "save", "time", "quit"]

    /// The name of a file, as a shell or Lua would have it in quotes.
    private static func unquoted(_ name: String) -> String {
        guard name.count > 2, let quote = name.first, quote == "\"" || quote == "'", name.last == quote else {
            return name
        }
        return String(name.dropFirst().dropLast())
    }

    /// A file, which may have blanks in its name, and `key=value` behind it, whose value is in quotes if it has blanks.
    private static func load(_ rest: String) -> SessionCommand {
        guard let words = ShellWord.words(of: rest) else {
            return .mistake("a quotation mark has no end in \(rest)".printable())
        }
        let first = words.dropFirst().firstIndex { word in
            word.text.firstIndex(of: "=").map { word.text[..<$0].isLuaName } ?? false
        }
        var arguments: [String: String] = [:]
        for word in words[(first ?? words.endIndex)...] {
            guard let equals = word.text.firstIndex(of: "="), word.text[..<equals].isLuaName else {
                return .mistake("\"\(word.text.printable())\" is not key=value; parameters look like count=8")
            }
            arguments[String(word.text[..<equals])] = String(word.text[word.text.index(after: equals)...])
        }
        if first == 1 || words.count == 1 { return .load(words[0].text, arguments) }
        // A name with blanks, but without quotes.
        let file = rest[..<(first.map { words[$0].range.lowerBound } ?? rest.endIndex)]
        return .load(unquoted(file.trimming(while: \.isWhitespace)), arguments)
    }

    /// What a user types who expects a shell: `help`, `help NAME`, `exit`, `quit`. A session may have variables of these
    /// names; then they are meant.
    ///
    /// - Returns: Nil for any other line.
    init?(withoutColon line: String, isVariable: (String) async -> Bool) async {
        let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
        guard let name = words.first, ["help", "exit", "quit"].contains(name) else { return nil }
        switch words.count {
        case 1: if await isVariable(name) { return nil }
        // Two words are no Lua.
        case 2 where name == "help" && words[1].allSatisfy({ $0.isLetter || $0.isNumber || "_-.:".contains($0) }): break
        default: return nil
        }
        self.init(":\(words.joined(separator: " "))")
    }

    /// - Returns: Nil for a line that is Lua. `::label::` is.
    init?(_ line: String) {
        let text = line.trimming(while: \.isWhitespace)
        guard text.hasPrefix(":"), !text.hasPrefix("::") else { return nil }
        let name = text.dropFirst().prefix { !$0.isWhitespace }
        let rest = text.dropFirst(1 + name.count).trimming(while: \.isWhitespace)
        let file = Self.unquoted(rest)
        switch (String(name), rest.isEmpty) {
        case ("help", _), ("h", _), ("?", _): self = .help(rest.isEmpty ? nil : rest)
        case ("jobs", true): self = .jobs
        case ("workflows", true): self = .workflows
        case ("load", false): self = Self.load(rest)
        case ("save", false): self = .save(file, replaces: false)
        case ("save!", false): self = .save(file, replaces: true)
        case ("time", false): self = .time(rest)
        case ("quit", true), ("q", true), ("exit", true): self = .quit
        case ("load", true), ("save", true), ("save!", true): self = .mistake(":\(name) needs the name of a file")
        case ("time", true): self = .mistake(":time needs an expression: :time run(\"echo\", { text = \"hi\" })")
        case ("jobs", false), ("workflows", false), ("quit", false): self = .mistake(":\(name) takes nothing behind it")
        default:
            let nearest = NearestName.suggestion(for: String(name), among: Self.names)
            self = .mistake(
                "there is no :\(name.description.printable())"
                    + (nearest.map { "; did you mean :\($0)?" } ?? "; :help lists what there is"))
        }
    }
}

extension StringProtocol {
    /// Whether it could be the name of a variable.
    fileprivate var isLuaName: Bool { LuaSyntax.isName(String(self)) }
}
