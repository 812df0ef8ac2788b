import LuaRuntime
import SpeedPix

/// Errors as the command line shows them.
enum ErrorText {
    static func describe(_ error: SpeedPixError) -> String {
        (withoutStringToSign(error.message) + (error.remedy.map { "\nhint: \($0)" } ?? "")).printable(
            keepingLines: true)
    }

    /// A refusal of the API gateway without the text that it has signed: lines of headers, which do not help to find a wrong
    /// secret. The SDK's error has it.
    static func withoutStringToSign(_ message: String) -> String {
        guard let begin = message.firstRange(of: ", Server StringToSign:") else { return message }
        return String(message[..<begin.lowerBound])
    }

    /// Message, the line it is about among its neighbours, and the traceback.
    ///
    /// - Parameter source: Finds the file of a module by the name that messages give it; nil if it cannot be read.
    static func describe(
        _ error: LuaError, chunk: LuaChunk, source: (String) -> LuaChunk? = { _ in nil }
    ) -> String {
        var text = withoutStringToSign(error.message)
        if let location = error.location,
            let chunk = isName(location.file, of: chunk) ? chunk : source(location.file),
            let excerpt = excerpt(of: chunk, around: location.line)
        {
            // Lua shortens long names; a person wants to open the file.
            text = text.replacing("\(location.file):", with: "\(chunk.name):")
            var lines = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            lines.insert(excerpt, at: 1)
            text = lines.joined(separator: "\n")
        }
        if case .object(let prediction)? = error.value.tableValue?["prediction"],
            let id = prediction.luaProperty("id")?.text
        {
            text += "\nprediction: \(id)"
        }
        if !error.traceback.isEmpty { text += "\n\(error.traceback)" }
        // A service's words, a file's name or a script's own text must not steer the terminal.
        return text.printable(keepingLines: true)
    }

    /// The line with a mark, one line before it and one after it.
    private static func excerpt(of chunk: LuaChunk, around line: Int) -> String? {
        guard chunk.line(line) != nil else { return nil }
        let width = String(line + 1).count
        return (line - 1...line + 1).compactMap { number -> String? in
            // An empty line beside it says nothing.
            guard let text = chunk.line(number), number == line || text.contains(where: { !$0.isWhitespace }) else {
                return nil
            }
            let shown = String(number)
            let mark = number == line ? "> " : "  "
            return mark + String(repeating: " ", count: width - shown.count) + "\(shown) | \(text.prefix(200))"
        }.joined(separator: "\n")
    }

    private static func isName(_ shown: String, of chunk: LuaChunk) -> Bool {
        shown == chunk.name || shown.hasPrefix("...") && chunk.name.hasSuffix(shown.dropFirst(3))
    }

    /// What a script ends with that did not handle the error.
    static func status(_ error: LuaError) -> ExitStatus {
        guard let code = error.code.flatMap({ SpeedPixError.Code(rawValue: $0) }) else { return .failure }
        // A task of the script that was canceled has the same code as a prediction that was.
        if code == .canceled, error.value.tableValue?["prediction"] == nil { return .failure }
        return ExitStatus(code)
    }
}

extension CommandFailure {
    /// An error of the SDK as the command line shows it.
    init(_ status: ExitStatus, _ error: SpeedPixError) {
        self.init(
            status, ErrorText.withoutStringToSign(error.message).printable(keepingLines: true),
            hint: error.remedy?.printable(keepingLines: true))
    }
}
