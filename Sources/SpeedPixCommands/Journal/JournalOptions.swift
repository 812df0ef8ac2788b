import ArgumentParser

/// Where the journal lies.
struct JournalOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The folder of the journal of runs; default: SPEEDPIX_STATE, else ~/.local/state/speedpix.",
            valueName: "DIR"),
        completion: .directory)
    var state: String?

    /// - Parameter directory: The script's folder; nil if there is none.
    func folder(_ context: CommandContext, beside directory: String? = nil) -> JournalFolder {
        JournalFolder(state, beside: directory, context)
    }
}
