import LuaRuntime
import SpeedPix

/// Errors as the command line tells them.
enum ErrorText {
    static func describe(_ error: SpeedPixError) -> String {
        (error.message + (error.remedy.map { "\nhint: \($0)" } ?? "")).printable(keepingLines: true)
    }

    /// Message, the line it is about, and the traceback.
    static func describe(_ error: LuaError, chunk: LuaChunk) -> String {
        var text = error.message
        if let location = error.location, let line = chunk.line(location.line), isName(location.file, of: chunk) {
            // Lua shortens long names; a person wants to open the file.
            text = text.replacing("\(location.file):", with: "\(chunk.name):")
            let number = String(location.line)
            var lines = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            lines.insert("  \(number) | \(line)", at: 1)
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

    private static func isName(_ shown: String, of chunk: LuaChunk) -> Bool {
        shown == chunk.name || shown.hasPrefix("...") && chunk.name.hasSuffix(shown.dropFirst(3))
    }

    static func status(_ error: LuaError) -> ExitStatus {
        switch error.code {
        case SpeedPixError.Code.predictionFailed.rawValue: .predictionFailed
        case SpeedPixError.Code.auth.rawValue, SpeedPixError.Code.configuration.rawValue: .configuration
        default: .failure
        }
    }
}
