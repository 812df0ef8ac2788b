import ArgumentParser

/// Has shells complete command lines that leave the name of a default subcommand out, as `speedpix batch SCRIPT` does: the completions
/// of swift-argument-parser know only those that have it. A value.
///
/// The name is put between the words before completions are looked for, unless the first word behind the command may still become the name
/// of another subcommand.
struct DefaultSubcommandCompletion {
    private struct Command {
        let name: String
        /// Which subcommand is meant where none is named.
        let main: String
        let subcommands: [String]
    }

    private let program: String
    private let commands: [Command]

    init(of root: any ParsableCommand.Type) {
        program = root.configuration.commandName ?? ""
        commands = root.configuration.subcommands.compactMap { command in
            let configuration = command.configuration
            guard let name = configuration.commandName,
                let main = configuration.defaultSubcommand?.configuration.commandName
            else { return nil }
            let subcommands = configuration.subcommands.compactMap { $0.configuration.commandName }
            return Command(name: name, main: main, subcommands: subcommands)
        }
    }

    /// - Parameter script: Completions for the shell, as swift-argument-parser makes them.
    /// - Returns: The same, also for such command lines; unchanged if it does not read words as it should.
    func added(to script: String, for shell: CompletionsCommand.Shell) -> String {
        let place: String
        let lines: String
        switch shell {
        case .bash: (place, lines) = ("\n_\(program)() {\n", bash)
        case .zsh: (place, lines) = ("\n_\(program)() {\n", zsh)
        case .fish: (place, lines) = ("\n    set -l unparsed_tokens (__\(program)_tokens -pc)\n", fish)
        }
        guard let range = script.firstRange(of: place) else { return script }
        return "\(script[..<range.upperBound])\(lines)\(script[range.upperBound...])"
    }

    private static let remark = "# The name of a default subcommand, which command lines leave out"

    private var bash: String {
        """
            \(Self.remark)
            local default_subcommand=''
            case "${COMP_WORDS[1]} ${COMP_WORDS[2]}" in
        \(cases)
            esac
            if [[ "${COMP_CWORD}" -eq 2 && "${COMP_WORDS[2]}" != -* && "${COMP_WORDS[2]}" != *[./]* ]]; then
                default_subcommand=''
            fi
            if [[ -n "${default_subcommand}" && "${COMP_CWORD}" -ge 2 ]]; then
                COMP_WORDS=("${COMP_WORDS[@]:0:2}" "${default_subcommand}" "${COMP_WORDS[@]:2}")
                COMP_CWORD=$((COMP_CWORD + 1))
            fi


        """
    }

    private var zsh: String {
        """
            \(Self.remark)
            local default_subcommand=''
            case "${words[2]} ${words[3]}" in
        \(cases)
            esac
            if [[ "${CURRENT}" -eq 3 && "${words[3]}" != -* && "${words[3]}" != *[./]* ]]; then
                default_subcommand=''
            fi
            if [[ -n "${default_subcommand}" && "${CURRENT}" -ge 3 ]]; then
                words=("${(@)words[1,2]}" "${default_subcommand}" "${(@)words[3,-1]}")
                CURRENT=$((CURRENT + 1))
            fi


        """
    }

    /// Of bash and zsh. The first pattern that fits counts.
    private var cases: String {
        commands.map { command in
            let named = command.subcommands.map { "'\(command.name) \($0)'" }.joined(separator: "|")
            return "    \(named)) ;;\n    '\(command.name) '*) default_subcommand='\(command.main)' ;;"
        }.joined(separator: "\n")
    }

    /// The tokens are those before the one that is completed.
    private var fish: String {
        """
            \(Self.remark)
            set -l default_subcommand
            switch "$unparsed_tokens[2] $unparsed_tokens[3]"
        \(fishCases)
            end
            if test (count $unparsed_tokens) -eq 2; and not string match -qr '^-|[./]' -- "$(commandline -t)"
                set default_subcommand
            end
            if test -n "$default_subcommand"
                set unparsed_tokens $unparsed_tokens[1..2] $default_subcommand $unparsed_tokens[3..]
            end

        """
    }

    private var fishCases: String {
        commands.map { command in
            let named = command.subcommands.map { "'\(command.name) \($0)'" }.joined(separator: " ")
            return "    case \(named)\n    case '\(command.name) *'\n        set default_subcommand '\(command.main)'"
        }.joined(separator: "\n")
    }
}
