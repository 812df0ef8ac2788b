import ArgumentParser

/// What a run, or a batch, shows of itself, and where.
struct OutputOptions: ParsableArguments {
    @Option(help: ArgumentHelp("How progress is shown: auto, tty, plain or none.", valueName: "MODE"))
    var progress = ProgressMode.auto

    @Flag(name: [.customShort("q"), .long], help: "Shows neither progress nor summary, only errors.")
    var quiet = false

    @Flag(
        help: "Makes standard output a stream of events, one JSON object a line; what scripts print is among them.")
    var json = false

    func mode(in context: CommandContext) -> ProgressMode {
        quiet ? .none : progress.resolved(in: context, isJSON: json)
    }

    /// Whether the summary is shown: beside `--json` only if standard error is a terminal and standard output is none.
    func showsSummary(in context: CommandContext) -> Bool {
        !quiet && (!json || context.errorTerminal() != nil && context.outputTerminal() == nil)
    }
}
