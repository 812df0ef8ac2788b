import SpeedPix
import Spelling

/// A line for the session itself: it begins with a colon, which no Lua does.
enum SessionCommand: Equatable {
    case help(String?)
    case jobs
    case load(String)
    /// `:save!` replaces a file that is there.
    case save(String, replaces: Bool)
    case time(String)
    case quit
    /// What to say about a line that is none of them.
    case mistake(String)

    /// As `:help` lists them.
    static let usage = [
        (":help [NAME]", "what a function, a module, a kind of object or an error code is"),
        (":jobs", "predictions and tasks of this session"),
        (":load FILE", "runs a script here, and keeps its locals"),
        (":save FILE", "writes what worked as a script; :save! replaces a file"),
        (":time EXPR", "how long it takes"),
        (":quit", "leaves; so does Ctrl-D"),
    ]

    static let names = ["help", "jobs", "load", "save", "time", "quit"]

    /// The name of a file, as a shell or Lua would have it in quotes.
    private static func unquoted(_ name: String) -> String {
        guard name.count > 2, let quote = name.first, quote == "\"" || quote == "'", name.last == quote else {
            return name
        }
        return String(name.dropFirst().dropLast())
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
        case ("load", false): self = .load(file)
        case ("save", false): self = .save(file, replaces: false)
        case ("save!", false): self = .save(file, replaces: true)
        case ("time", false): self = .time(rest)
        case ("quit", true), ("q", true), ("exit", true): self = .quit
        case ("load", true), ("save", true), ("save!", true): self = .mistake(":\(name) needs the name of a file")
        case ("time", true): self = .mistake(":time needs an expression: :time run(\"echo\", { text = \"hi\" })")
        case ("jobs", false), ("quit", false): self = .mistake(":\(name) takes nothing behind it")
        default:
            let nearest = NearestName.suggestion(for: String(name), among: Self.names)
            self = .mistake(
                "there is no :\(name.description.printable())"
                    + (nearest.map { "; did you mean :\($0)?" } ?? "; :help lists what there is"))
        }
    }
}
