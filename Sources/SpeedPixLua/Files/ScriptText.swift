import LuaRuntime
import Spelling
import Tables

/// Text that a script reads from a file or has as a string, in whatever encoding.
enum ScriptText {
    /// The option by which a call names the encoding.
    static let option: LuaField = """
        encoding: string — utf-8, utf-16, gb18030 (gbk, gb2312), big5, shift_jis or windows-1252; default: recognised. UTF-8 \
        or UTF-16; anything else is taken for GB18030
        """

    /// - Returns: Nil if the call leaves it to us.
    static func encoding(_ options: LuaOptions, _ function: String) throws -> TextEncoding? {
        guard let name = try options.string("encoding") else { return nil }
        guard let encoding = TextEncoding(name: name) else {
            let nearest = NearestName.suggestion(for: name, among: TextEncoding.names).map { "did you mean '\($0)'? " }
            throw LuaArgumentError(
                "\(function) knows no encoding '\(name)'",
                hint: "\(nearest ?? "")there are: \(TextEncoding.names.joined(separator: ", "))")
        }
        return encoding
    }

    /// - Parameters:
    ///   - name: What the bytes are, for messages.
    ///   - encoding: Nil: recognised.
    /// - Throws: ``ScriptTextError`` with `code`.
    static func decode(
        _ bytes: [UInt8], _ name: String, as encoding: TextEncoding?, code: String
    ) throws -> DecodedText {
        if let kind = Workbook.kind(of: bytes) {
            throw ScriptTextError(code, "\(name) is \(kind), not text", hint: Workbook.remedy)
        }
        do {
            return try DecodedText(bytes, as: encoding)
        } catch {
            let place = error.line.map { "\(name):\($0)" } ?? name
            throw ScriptTextError(code, "\(place): \(error.message)", hint: error.hint)
        }
    }
}

/// A text that cannot be read, or is not a table.
struct ScriptTextError: LuaRaisable {
    let code: String
    let message: String
    let hint: String?

    init(_ code: String, _ message: String, hint: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
    }

    var luaFields: [String: LuaValue] {
        ["code": .string(code), "message": .string(message), "hint": .optional(hint), "retryable": false]
    }
}
