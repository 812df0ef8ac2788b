import ArgumentParser
import SpeedPix
import Spelling

/// What is wrong with a command line, in one sentence and where to read on.
enum UsageText {
    static func describe(_ error: any Error, _ arguments: [String]) -> String {
        let (command, name, complaint) = command(arguments)
        if let complaint { return complaint }
        // ArgumentParser names the nearest option by itself.
        var message = RootCommand.message(for: error).printable(keepingLines: true)
        // The value of an option that there is not is one argument too many, of which it speaks first.
        if !message.contains("nknown option"), let unknown = UnknownOption(in: arguments, of: command) {
            message = unknown.message
        }
        // It wraps what `validate()` throws in a type that it does not publish: whether the text says already what to do,
        // in a hint of ours or in its own reference to the help, can only be read from the text.
        return message.contains("\nhint: ") || message.contains(" --help")
            ? "speedpix: \(message)" : "speedpix: \(message)\nhint: \(name) --help"
    }

    /// What is wrong with `speedpix help TOPIC`, for which ArgumentParser shows the overview; nil if nothing is.
    static func unknownTopic(_ arguments: [String]) -> String? {
        arguments.first == "help" ? command(Array(arguments.dropFirst())).complaint : nil
    }

    /// How far the words name commands, and what is wrong with the first one that names none.
    private static func command(
        _ arguments: [String]
    ) -> (command: any ParsableCommand.Type, name: String, complaint: String?) {
        var command: any ParsableCommand.Type = RootCommand.self
        var name = "speedpix"
        for argument in arguments {
            let subcommands = command.configuration.subcommands
            if subcommands.isEmpty || argument.hasPrefix("-") { break }
            guard let next = subcommands.first(where: { $0.configuration.commandName == argument }) else {
                if let main = command.configuration.defaultSubcommand, takesArguments(main) { return (main, name, nil) }
                let names = subcommands.compactMap { $0.configuration.commandName }
                return (command, name, unknown(argument, among: names, of: name))
            }
            command = next
            name += " \(argument)"
        }
        return (command, name, nil)
    }

    /// Whether a command takes arguments that are no options.
    private static func takesArguments(_ command: any ParsableCommand.Type) -> Bool {
        let description = try? JSONValue(parsing: command._dumpHelp().utf8)
        return description?["command"]?["arguments"]?.arrayValue?.contains { $0["kind"] == "positional" } ?? false
    }

    private static func unknown(_ argument: String, among names: [String], of command: String) -> String {
        let shown = String(argument.prefix(80)).printable()
        let nearest = NearestName.suggestion(for: argument, among: names)
        if nearest == nil, argument.hasSuffix(".lua") {
            return "speedpix: there is no command \"\(shown)\"\nhint: to run a script: speedpix run \(shown)"
        }
        return "speedpix: there is no command \"\(shown)\""
            + (nearest.map { "; did you mean \"\($0)\"?" } ?? "\nhint: \(command) --help")
    }
}
