import LocalFiles
import SpeedPix
import SpeedPixLua
import SystemPackage

/// One input of a prediction as the command line gives it: `key=text`, `key=./file`, `key==text` or `key:=json`.
struct InputArgument: Sendable, Equatable {
    /// Bytes. What is larger belongs into a file.
    static let largest = 1 << 20

    /// What the sign between key and value says.
    enum Meaning: Sendable {
        /// `=`: text, or a file if it looks like a path, as in a script.
        case textOrFile
        /// `==`: text, whatever it looks like.
        case text
        /// `:=`: JSON, in which strings are as after `=`.
        case json
    }

    let key: String
    let meaning: Meaning
    let value: String

    /// - Throws: ``CommandFailure`` with ``ExitStatus/usage``.
    init(_ argument: String) throws {
        func wrong(_ message: String) -> CommandFailure {
            CommandFailure(
                .usage,
                "\(message)\nhint: inputs are key=text, key=./file, key==text or key:=json".printable(
                    keepingLines: true))
        }
        guard argument.utf8.count <= Self.largest else {
            throw wrong("an input is larger than 1 MiB: put it into a file, or use a script")
        }
        guard let sign = argument.firstIndex(of: "=") else { throw wrong("\"\(argument.prefix(80))\" has no =") }
        var name = argument[..<sign]
        var rest = argument[argument.index(after: sign)...]
        if name.last == ":" {
            name.removeLast()
            meaning = .json
        } else if rest.first == "=" {
            rest.removeFirst()
            meaning = .text
        } else {
            meaning = .textOrFile
        }
        guard !name.isEmpty else { throw wrong("\"\(argument.prefix(80))\" has no key before the =") }
        guard !name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw wrong("a key has a line break or another control character in it: \"\(name.prefix(80))\"")
        }
        key = String(name)
        value = String(rest)
    }

    /// All inputs by key.
    ///
    /// - Throws: ``CommandFailure``: ``ExitStatus/usage`` for a key given twice or JSON that is none,
    ///   ``ExitStatus/failure`` for a file that is not there.
    static func input(_ arguments: [String], _ context: CommandContext) throws -> [String: InputValue] {
        var input: [String: InputValue] = [:]
        for argument in try arguments.map(InputArgument.init) {
            guard input[argument.key] == nil else {
                throw CommandFailure(
                    .usage, "the input \(argument.key) is given twice\nhint: for a list write \(argument.key):='[1, 2]'"
                )
            }
            input[argument.key] = try argument.input(context)
        }
        return input
    }

    private func input(_ context: CommandContext) throws -> InputValue {
        switch meaning {
        case .text:
            return .string(value)
        case .textOrFile:
            return try Self.leaf(value, at: key, context)
        case .json:
            let json: JSONValue
            do {
                json = try JSONValue(parsing: value.utf8)
            } catch {
                if let number = LongNumber(error) {
                    throw CommandFailure(
                        .usage,
                        "\(key): \(number)\nhint: in quotes it keeps its digits, as text; with an exponent, such as 1e30, it is a float"
                            .printable(keepingLines: true))
                }
                throw CommandFailure(
                    .usage,
                    "\(key) is not JSON: \(value.prefix(80))\nhint: quote it for the shell: \(key):='{\"size\": 512}'; for text write \(key)=text"
                        .printable(keepingLines: true))
            }
            return try Self.value(json, at: key, context)
        }
    }

    private static func value(_ json: JSONValue, at valuePath: String, _ context: CommandContext) throws -> InputValue {
        switch json {
        case .string(let text): return try leaf(text, at: valuePath, context)
        case .array(let items):
            return .array(try items.enumerated().map { try value($1, at: "\(valuePath)[\($0)]", context) })
        case .object(let members):
            var values: [String: InputValue] = [:]
            for (name, member) in members { values[name] = try value(member, at: "\(valuePath).\(name)", context) }
            return .object(values)
        default: return .json(json)
        }
    }

    /// A string as scripts have it, except that the command line may name any file.
    private static func leaf(_ text: String, at valuePath: String, _ context: CommandContext) throws -> InputValue {
        guard PathText.looksLikePath(text) else { return .string(text) }
        switch FileKind(context.absolute(text)) {
        case .file, .other: return .path(context.absolute(text))
        case nil where MediaType.fileExtension(of: text).isEmpty: return .string(text)
        case nil:
            let nearest = NearestFile(to: FilePath(text), from: FilePath(context.workingDirectory))
            let hint = nearest.map { "\($0.hint); " } ?? ""
            throw CommandFailure(
                .failure,
                "\(valuePath): there is no file \(text)\nhint: \(hint)if it is meant as text, write \(valuePath)==\(text)"
                    .printable(keepingLines: true))
        case .folder: throw CommandFailure(.failure, "\(valuePath): \(text) is a folder, not a file".printable())
        }
    }
}
