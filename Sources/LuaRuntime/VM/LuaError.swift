/// A script that did not compile, or an error that no `pcall` of the script caught.
public struct LuaError: Error, Sendable {
    /// When it went wrong.
    public enum Kind: Sendable {
        /// The text is not Lua.
        case syntax
        /// Raised while running.
        case runtime
        /// Memory ran out, at the start or during the run.
        case memory
    }

    /// What a text that is not Lua has wrong, where a caller may go on differently.
    public enum SyntaxProblem: Sendable {
        /// It ends where something has to follow: more text may make it whole.
        case incomplete
        /// It has a whole number beyond Lua's integers, of which Lua would make a float without a word.
        case wideNumeral
    }

    /// Where the error comes from: compiling the text, running it, or a limit of the machine.
    public var kind: Kind
    /// With the place in front, if it is known: `shoe.lua:3: attempt to index a nil value (global 'x')`.
    public var message: String
    /// What was raised: a string of Lua's own, a table of the host's, or anything the script passed to `error`.
    public var value: LuaValue
    /// Lua's stack when it was raised, a line for each call; empty if there is none.
    public var traceback: String
    /// More about an error of kind ``Kind/syntax``; nil for any other mistake in the text.
    public var syntaxProblem: SyntaxProblem?

    /// Without `value`, the message itself counts as what was raised.
    public init(_ kind: Kind, _ message: String, value: LuaValue? = nil, traceback: String = "") {
        self.kind = kind
        self.message = message
        self.value = value ?? .string(message)
        self.traceback = traceback
    }

    /// What was refused before anything ran, as a script would see it.
    package init(refusing error: any Error) {
        if let error = error as? LuaError {
            self = error
            return
        }
        let fields = (error as? any LuaRaisable)?.luaFields
        let message = fields?["message"]?.text ?? String(describing: error)
        self.init(.runtime, message, value: fields.map { .table(LuaTable(fields: $0)) })
    }

    /// The code of an error that the host raised: `file_not_found`, `prediction_failed` ….
    public var code: String? {
        value.tableValue?["code"]?.text
    }

    /// The file and line at the start of the message, or of the host's error.
    public var location: (file: String, line: Int)? {
        let text = value.tableValue?["where"]?.text.map { $0 + ":" } ?? message
        // "file:12: …"; the file's own name may have colons in it.
        var search = text.startIndex
        while let colon = text[search...].firstIndex(of: ":") {
            let digits = text[text.index(after: colon)...].prefix { $0.isASCII && $0.isNumber }
            if !digits.isEmpty, digits.endIndex < text.endIndex, text[digits.endIndex] == ":", let line = Int(digits) {
                return (String(text[..<colon]), line)
            }
            search = text.index(after: colon)
        }
        return nil
    }

    /// The character in its line, from 1, behind the place at the start of the message; nil where only the line is known.
    public var column: Int? {
        guard let location, message.hasPrefix("\(location.file):\(location.line):") else { return nil }
        let rest = message.dropFirst("\(location.file):\(location.line):".count)
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        return rest.dropFirst(digits.count).first == ":" ? Int(digits) : nil
    }
}

extension LuaError: CustomStringConvertible {
    /// As logs and messages show it: the message, and the traceback below it if there is one.
    public var description: String {
        traceback.isEmpty ? message : "\(message)\n\(traceback)"
    }
}

/// A Swift error that has more fields for scripts than its text.
public protocol LuaRaisable: Error {
    /// The fields of the error table: `code` and `message` at least; `hint`, `retryable` and more where they apply.
    var luaFields: [String: LuaValue] { get }
}

/// An argument that a function cannot take.
public struct LuaArgumentError: LuaRaisable {
    /// Which argument of which function, and what it must be; for the script's author.
    public var message: String
    /// What to write instead, e.g. a name that is nearly right; nil if there is nothing to suggest.
    public var hint: String?

    /// For functions of the host to throw; scripts see it with the code `invalid_argument`.
    public init(_ message: String, hint: String? = nil) {
        self.message = message
        self.hint = hint
    }

    /// `code` (`invalid_argument`), `message`, `hint` if there is one, and `retryable` (false).
    public var luaFields: [String: LuaValue] {
        [
            "code": LuaErrorCode.invalidArgument.value, "message": .string(message), "hint": .optional(hint),
            "retryable": false,
        ]
    }
}
