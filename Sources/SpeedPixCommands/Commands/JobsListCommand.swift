import ArgumentParser
import SpeedPix
import SpeedPixJournal

/// `speedpix jobs list`
struct JobsListCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Lists the predictions that runs on this machine have created, the newest last.",
        discussion: """
            Examples:
              speedpix jobs list --unsaved
              speedpix jobs list --run 12 --json

            They come from the journal; nothing is asked at the service. Ids are for
            speedpix jobs download.
            """)

    @Flag(help: "Only those whose end is not known.")
    var unfinished = false

    @Flag(
        help: """
            Only those that succeeded with files that are not saved: nor used in another prediction, read by the script, or in \
            a picture that was saved.
            """)
    var unsaved = false

    @Option(help: ArgumentHelp("Only those of this run.", valueName: "RUN"))
    var run: Int64?

    @Flag(help: "One JSON object a line.")
    var json = false

    @OptionGroup var journal: JournalOptions

    func run(in context: CommandContext) async throws {
        let creates = try journal.failing { try journal.store(context)?.creates(of: run) ?? [] }.filter { create in
            guard unfinished || unsaved else { return create.state != .abandoned }
            return unfinished && (create.state == .created || create.isInDoubt) || unsaved && create.unsavedFiles > 0
        }
        if json {
            for create in creates { try context.print(RunText.json(create)) }
            return
        }
        guard !creates.isEmpty else { return context.say("there are none") }
        for create in creates { try context.print("\(create.run) \(RunText.line(create))".printable()) }
    }
}
