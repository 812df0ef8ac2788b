/// A line of a shell, as far as the pages use one: words with quotes, `$(cat FILE)`, `&&`, `||`, redirections, and a
/// comment that may say how it ends.
struct ShellLine {
    struct Command {
        /// Which end of the command before it this one waits for.
        enum Condition { case always, success, failure }

        var condition = Condition.always
        var words: [String] = []
        /// Where standard output (1) and standard error (2) go.
        var redirections: [(stream: Int, isAppending: Bool, file: String)] = []
    }

    private(set) var commands = [Command()]
    /// What `# exit status N` announces; 0 if nothing does.
    private(set) var status = 0

    /// - Parameter read: Gives the content of a file, for `$(cat FILE)`.
    init(_ line: String, read: (String) throws -> String) throws {
        var rest = Substring(line)
        var redirection: (stream: Int, isAppending: Bool)?
        while true {
            rest = rest.drop { $0 == " " }
            guard let first = rest.first else { break }
            if first == "#" {
                status = try Self.status(rest)
                break
            }
            if let (condition, length) = Self.operators.first(where: { rest.hasPrefix($0.key) }).map({
                ($0.value, $0.key.count)
            }) {
                rest = rest.dropFirst(length)
                commands.append(Command(condition: condition))
                continue
            }
            if let mark = ["2>>", "2>", ">>", ">"].first(where: rest.hasPrefix) {
                rest = rest.dropFirst(mark.count)
                redirection = (mark.hasPrefix("2") ? 2 : 1, mark.hasSuffix(">>"))
                continue
            }
            let words = try Self.words(&rest, read)
            if let target = redirection {
                guard words.count == 1 else { throw DocumentError("a redirection needs one file: \(line)") }
                commands[commands.count - 1].redirections.append((target.stream, target.isAppending, words[0]))
                redirection = nil
            } else {
                commands[commands.count - 1].words += words
            }
        }
        guard redirection == nil, commands.allSatisfy({ !$0.words.isEmpty }) || line.hasPrefix("#") else {
            throw DocumentError("no complete command: \(line)")
        }
        if commands[0].words.isEmpty { commands = [] }
    }

    private static let operators: [String: Command.Condition] = ["&&": .success, "||": .failure, ";": .always]

    private static func status(_ comment: Substring) throws -> Int {
        guard let said = comment.firstRange(of: "exit status ") else { return 0 }
        guard let status = Int(comment[said.upperBound...].prefix { $0.isNumber }) else {
            throw DocumentError("no exit status: \(comment)")
        }
        return status
    }

    /// The next word; several if it is the content of a file.
    private static func words(_ rest: inout Substring, _ read: (String) throws -> String) throws -> [String] {
        if rest.hasPrefix("$(cat ") {
            guard let end = rest.firstIndex(of: ")") else { throw DocumentError("$( has no end: \(rest)") }
            let file = String(rest[rest.index(rest.startIndex, offsetBy: 6)..<end])
            rest = rest[rest.index(after: end)...]
            return try read(file).split { $0.isWhitespace }.map(String.init)
        }
        var word = ""
        var quote: Character?
        while let next = rest.first {
            if let open = quote {
                if next == open { quote = nil } else { word.append(next) }
            } else if next == "'" || next == "\"" {
                quote = next
            } else if next == " " || next == ";" {
                break
            } else if "|`$<*?".contains(next) {
                throw DocumentError("the tests' shell does not know \(next): \(rest)")
            } else {
                word.append(next)
            }
            rest = rest.dropFirst()
        }
        guard quote == nil else { throw DocumentError("a quotation mark has no end: \(word)") }
        return [word]
    }
}
