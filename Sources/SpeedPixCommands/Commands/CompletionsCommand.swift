import ArgumentParser

/// `speedpix completions SHELL`: what a shell needs to complete command lines.
struct CompletionsCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "completions",
        abstract: "Prints completions for bash, zsh or fish.",
        discussion: """
            Examples:
              source <(speedpix completions bash)
              speedpix completions zsh > "${fpath[1]}/_speedpix"
              speedpix completions fish > ~/.config/fish/completions/speedpix.fish

            scripts/install puts them where the shells look.
            """)

    /// The shells that completions exist for.
    enum Shell: String, CaseIterable, ExpressibleByArgument {
        case bash, zsh, fish
    }

    @Argument(help: ArgumentHelp("bash, zsh or fish.", valueName: "SHELL"))
    var shell: Shell

    func run(in context: CommandContext) async throws {
        let kind: CompletionShell =
            switch shell {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        let script = DefaultSubcommandCompletion(of: RootCommand.self)
            .added(to: RootCommand.completionScript(for: kind), for: shell)
        try context.writeOutput(Array(script.utf8))
    }
}
