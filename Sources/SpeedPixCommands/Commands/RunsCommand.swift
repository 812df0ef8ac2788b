import ArgumentParser
import SpeedPix
import SpeedPixJournal

/// `speedpix runs`: what the journal has.
struct RunsCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs",
        abstract: "Shows runs of scripts, goes on with them, and settles what is in doubt.",
        discussion: """
            Examples:
              speedpix runs
              speedpix runs show 12
              speedpix runs resume 12
              speedpix runs settle 12 "map 2/item 17/create 1" --id 8d0f2a

            A run is unfinished if it did not end well, or has predictions that have
            not ended or are in doubt. Finished ones are forgotten after 30 days
            (setting keep_runs).
            """,
        subcommands: [
            RunsListCommand.self, RunsShowCommand.self, RunsResumeCommand.self, RunsSettleCommand.self,
            RunsDeleteCommand.self,
        ],
        defaultSubcommand: RunsListCommand.self)

    func run(in context: CommandContext) async throws {}
}

extension JournalOptions {
    /// The journal, if there is one.
    ///
    /// - Throws: ``CommandFailure`` if it cannot be opened.
    func store(_ context: CommandContext) throws -> JournalStore? {
        let folder = folder(context).path
        guard JournalStore.exists(in: folder) else { return nil }
        return try failing { try JournalStore(folder: folder) }
    }

    /// The journal.
    ///
    /// - Throws: ``CommandFailure`` if there is none, or it cannot be opened.
    func existingStore(_ context: CommandContext) throws -> JournalStore {
        guard let store = try store(context) else {
            throw CommandFailure(
                .usage,
                "there is no journal in \(folder(context).path)\nhint: --state names another folder".printable())
        }
        return store
    }

    func failing<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as SpeedPixError {
            throw CommandFailure(
                error.code == .invalidArgument ? .usage : .failure, ErrorText.describe(error))
        }
    }
}

/// `speedpix runs list`
struct RunsListCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists the runs, the newest first.",
        discussion: """
            Example:
              speedpix runs list --unfinished
            """)

    @Flag(help: "Only those with something to go on with.")
    var unfinished = false

    @Flag(help: "One JSON object a line.")
    var json = false

    @OptionGroup var journal: JournalOptions

    func run(in context: CommandContext) async throws {
        let runs = try journal.failing { try journal.store(context)?.runs() ?? [] }
            .filter { !unfinished || $0.isUnfinished }
        if json {
            for run in runs { try context.print(RunText.json(run)) }
            return
        }
        guard !runs.isEmpty else {
            return context.say(unfinished ? "there are no unfinished runs" : "there are no runs")
        }
        for run in runs { try context.print(RunText.line(run, in: context.timeZone).printable()) }
    }
}

/// `speedpix runs show RUN`
struct RunsShowCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows a run with each of its predictions.",
        discussion: """
            Example:
              speedpix runs show 12 --json
            """)

    @Argument(help: ArgumentHelp("The run's number.", valueName: "RUN"))
    var run: Int64

    @Flag(help: "One JSON object on standard output.")
    var json = false

    @OptionGroup var journal: JournalOptions

    func run(in context: CommandContext) async throws {
        let store = try journal.existingStore(context)
        let number = run
        let (run, creates) = try journal.failing { (try store.run(number), try store.creates(of: number)) }
        if json {
            guard case .object(var fields) = RunText.json(run) else { return }
            fields["creates"] = .array(creates.map(RunText.json))
            return try context.print(.object(fields))
        }
        try context.print("run \(RunText.line(run, in: context.timeZone))".printable())
        try context.print("in \(run.description.folder), at \(run.description.endpoint), seed \(run.seed)".printable())
        for create in creates {
            for line in RunText.lines(create, in: context.timeZone) { try context.print("  \(line)".printable()) }
        }
        guard run.isUnfinished else { return }
        // A row is gone on with by its batch.
        context.say("go on with it: speedpix runs resume \(run.batch?.run ?? run.number)")
    }
}

/// `speedpix runs resume RUN`
struct RunsResumeCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Goes on with a run, as it was begun: the same folder, parameters and options.",
        discussion: """
            Example:
              speedpix runs resume 12
            """)

    @Argument(help: ArgumentHelp("The run's number.", valueName: "RUN"))
    var run: Int64

    @OptionGroup var journal: JournalOptions

    func run(in context: CommandContext) async throws {
        let description = try journal.failing { [journal] in try journal.existingStore(context).run(run) }.description
        guard !description.command.isEmpty else {
            throw CommandFailure(.usage, "run \(run) was not begun by a command; its own program goes on with it")
        }
        let arguments = ResumeOptions.resuming(
            description.command, by: ["--resume=\(run)", "--state", journal.folder(context).path])
        var context = context
        context.workingDirectory = description.folder
        context.arguments = arguments
        var parsed: any ParsableCommand
        do {
            parsed = try RootCommand.parseAsRoot(OptionalValues.spelled(arguments))
        } catch {
            throw CommandFailure(.usage, UsageText.describe(error, arguments))
        }
        guard let command = parsed as? any ContextCommand else { return try parsed.run() }
        try await command.run(in: context)
    }
}

/// `speedpix runs settle RUN POSITION`
struct RunsSettleCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "settle",
        abstract: "Says what became of a prediction that is in doubt.",
        discussion: """
            Examples:
              speedpix runs settle 12 "map 2/item 17/create 1" --id 8d0f2a
              speedpix runs settle 12 "create 3" --not-created

            The console shows whether the service has it. --again has it created once
            more, whether or not it was.
            """)

    @Argument(help: ArgumentHelp("The run's number.", valueName: "RUN"))
    var run: Int64

    @Argument(help: ArgumentHelp("Where in the run it stands, or its number.", valueName: "POSITION"))
    var position: String

    @Option(help: ArgumentHelp("The service has it, under this id.", valueName: "ID"))
    var id: String?

    @Flag(name: .customLong("not-created"), help: "The service does not have it.")
    var notCreated = false

    @Flag(help: "It is created once more; it may be paid for twice.")
    var again = false

    @OptionGroup var journal: JournalOptions

    func validate() throws {
        guard [id != nil, notCreated, again].count(where: { $0 }) == 1 else {
            throw ValidationError("say one of --id ID, --not-created and --again")
        }
        if let id, id.isEmpty || !id.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) {
            throw ValidationError("\"\(id.prefix(80).description.printable())\" is not a prediction's id")
        }
    }

    func run(in context: CommandContext) async throws {
        let settlement: JournalStore.Settlement = id.map { .created(id: $0) } ?? (notCreated ? .notCreated : .again)
        let store = try journal.existingStore(context)
        try journal.failing { try store.settle(run, position, as: settlement) }
        let number = run
        let recorded = try journal.failing { try store.run(number) }
        context.say("settled; go on with: speedpix runs resume \(recorded.batch?.run ?? run)")
    }
}

/// `speedpix runs delete RUN…`
struct RunsDeleteCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Forgets runs. What they have paid for stays at the service, and is created anew by the next run.",
        discussion: """
            Example:
              speedpix runs delete 12 13
            """)

    @Argument(help: ArgumentHelp("The runs' numbers.", valueName: "RUN"))
    var runs: [Int64]

    @OptionGroup var journal: JournalOptions

    func run(in context: CommandContext) async throws {
        let store = try journal.existingStore(context)
        for run in runs { try journal.failing { try store.delete(run) } }
    }
}
