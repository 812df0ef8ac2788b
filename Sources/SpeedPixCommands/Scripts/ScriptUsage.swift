import LuaRuntime
import SpeedPixLua

/// What a script takes from the command line, as `run FILE --help` and errors about its parameters show it.
enum ScriptUsage {
    /// - Parameters:
    ///   - parameters: A line for each.
    ///   - command: What runs it.
    static func text(_ parameters: [String], of command: String) -> String {
        guard !parameters.isEmpty else {
            return "usage: \(command)\n\nThe script declares no parameters (speedpix.params)."
        }
        return "usage: \(command) [key=value ...]\n\n"
            + parameters.map { "  \($0)" }.joined(separator: "\n")
    }

    /// What a script that ended by an error about its parameters should have been called with; nil for any other error.
    static func failure(_ error: LuaError, of command: String) -> CommandFailure? {
        ParameterError.usage(in: error).map { usage in
            let fields = error.value.tableValue
            let problem = [fields?["message"]?.text ?? error.message, fields?["hint"]?.text.map { "hint: \($0)" }]
            return CommandFailure(
                .usage,
                (problem.compactMap(\.self).joined(separator: "\n") + "\n\n" + text(usage, of: command)).printable(
                    keepingLines: true))
        }
    }

    /// - Throws: ``CommandFailure`` for arguments of a script whose text shows that it declares no parameters. Of other scripts
    ///   it is known when they have ended.
    static func check(_ arguments: [String: String], of script: ScriptFile, run command: String) throws {
        guard let argument = arguments.keys.min(), !Parameters.mayBeDeclared(in: script.chunk) else { return }
        let problem = "the script has no parameter '\(argument)': it declares none"
        throw CommandFailure(.usage, "\(problem)\n\n\(text([], of: command))".printable(keepingLines: true))
    }
}

extension ScriptFile {
    /// The command line that runs it.
    var command: String { "speedpix run \(chunk.name == "stdin" ? "-" : chunk.name)" }

    /// - Throws: ``CommandFailure`` for a script that is not UTF-8 text.
    func checkEncoding() throws {
        guard let error = chunk.encodingError else { return }
        throw CommandFailure(.failure, error.message.printable())
    }
}
