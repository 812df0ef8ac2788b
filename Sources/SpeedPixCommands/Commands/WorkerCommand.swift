import ArgumentParser
import LocalFiles
import SpeedPix
import SpeedPixJournal
import SpeedPixQueue
import Synchronization
import SystemPackage

/// `speedpix worker`: does rows of batches that are in a queue.
struct WorkerCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Does rows of the batches in a queue, until it is stopped.",
        discussion: """
            Examples:
              speedpix worker --queue nats://queue:4222 --root /mnt/photos --out /mnt/cards
              speedpix worker --queue nats://queue:4222 --trust 3f9a0c…
              speedpix worker --queue nats://queue:4222 --recover

            It takes rows of batches that "speedpix batch --queue" has begun with the same
            account and the same version. A script runs only if it may: --trust names its
            digest; at a terminal each new one is asked about once, and remembered.
            Files of rows are URLs, or paths below --root.
            SIGTERM or Ctrl-C drains it: no row begins, and those that run end, or are
            handed back after --grace; a second one stops them at once.
            --recover takes no rows: it adds to the queue what this worker's journal has and
            the queue has lost. After a power cut of NATS, run it on every machine first.
            Exit status: 0 once it has drained, 1 if --recover left something, 2 usage,
            4 credentials or configuration.
            """)

    @Option(
        help: ArgumentHelp(
            "Where NATS is; of a cluster several, with commas. Otherwise the setting nats_url. Credentials come from the"
                + " settings alone.", valueName: "URL"))
    var queue: String?

    @Option(help: ArgumentHelp("A batch whose rows it takes; all if not given. Repeatable.", valueName: "BATCH"))
    var name: [String] = []

    @Option(parsing: .unconditional, help: ArgumentHelp("How many rows run at once.", valueName: "N"))
    var concurrency = 8

    @Option(
        help: ArgumentHelp(
            "The folder below which it finds the files of rows; the working folder if not given.", valueName: "DIR"),
        completion: .directory)
    var root: String?

    @Option(
        help: ArgumentHelp(
            "A script that it runs, by its digest as the message of a refusal has it, or any. Repeatable.",
            valueName: "SHA256|any"))
    var trust: [String] = []

    @Option(help: ArgumentHelp("What it is called in messages; the machine's name if not given.", valueName: "NAME"))
    var worker: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Seconds that rows may go on once it drains.", valueName: "SECONDS"))
    var grace = 60.0

    @Flag(help: "Takes no rows: adds to the queue what this worker has paid for and the queue lacks, and ends.")
    var recover = false

    @OptionGroup var service: ServiceOptions
    @OptionGroup var sandbox: SandboxOptions
    @OptionGroup var journal: JournalOptions

    @Flag(help: "Prints events as JSON lines on standard output.")
    var json = false

    @Flag(help: "Shows what scripts log with log.debug, too.")
    var verbose = false

    func validate() throws {
        guard (1...10_000).contains(concurrency) else {
            throw ValidationError("--concurrency is a number of rows, from 1 to 10000")
        }
        guard (0...86_400).contains(grace) else { throw ValidationError("--grace is a number of seconds, up to 86400") }
        guard TrustList(trust) != nil else {
            throw ValidationError("--trust is a SHA-256 in hexadecimal, as \"batch NAME: its script …\" has it, or any")
        }
        if recover, json { throw ValidationError("--recover has no events: leave --json out") }
        for text in name where BatchName(text) == nil { throw ValidationError("--name \(text): \(BatchName.rule)") }
    }

    func run(in context: CommandContext) async throws {
        let service = service.selection(context)
        try service.refuseLocal("What a worker creates")
        let queue = try service.nats(queue)
        let folder = journal.folder(context)
        if recover { return try await recoverJournal(folder, queue, in: context) }
        let trust = try WorkerTrust(TrustList(trust) ?? TrustList(file: ""), context)
        let events =
            json
            ? EventStream(
                context, head: ["worker": .string(workerName(context)), "version": .string(SpeedPixVersion.current)],
                secrets: service.heldSecrets) : nil
        var end = RunEnd.success
        do {
            try await service.withTarget { target in
                let plan = try plan(target, service, folder, trust, in: context)
                let store = try JournalStore(folder: folder.path)
                try await Self.endingOnDrain(context) { [concurrency] in
                    try await QueueSession.run(queue, in: context, waitsForServer: true) { access in
                        let runner = WorkerRunner(
                            plan, access, trust: trust, store: store, events: events, in: context)
                        context.say(
                            "worker \(plan.name): \(CountText.of(concurrency, "row")) at once, from \(queue.url)"
                                .printable())
                        try await runner.run()
                        context.say(runner.summary)
                    }
                }
            }
        } catch {
            end = RunEnd(error, script: nil, in: context)
        }
        events?.finish(end.fields(in: context))
        if let failure = end.failure { throw failure }
    }

    /// A signal that comes before the worker itself deals with it, as while it waits for NATS, ends it in order as well.
    ///
    /// - Throws: What `body` throws, but nothing after such a signal; `CancellationError` if the task is cancelled.
    private static func endingOnDrain(
        _ context: CommandContext, _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        struct State {
            var isDrained = false
            var session: Task<Void, any Error>?
        }
        let state = Mutex(State())
        // Before the session begins, which sets a handler of its own.
        context.interrupts.handleDraining {
            let session = state.withLock { state in
                state.isDrained = true
                return state.session
            }
            session?.cancel()
        }
        defer { context.interrupts.handleDraining(nil) }
        let session = Task { try await body() }
        let isDrained = state.withLock { state in
            state.session = session
            return state.isDrained
        }
        if isDrained { session.cancel() }
        do {
            try await withTaskCancellationHandler {
                try await session.value
            } onCancel: {
                session.cancel()
            }
        } catch is CancellationError where state.withLock({ $0.isDrained }) && !Task.isCancelled {
            // It has taken no row yet.
        }
    }

    /// - Throws: ``CommandFailure``, also if something is left for another start; ``SpeedPixError`` `journal_failed`; `CancellationError`.
    private func recoverJournal(
        _ folder: JournalFolder, _ queue: QueueTarget, in context: CommandContext
    ) async throws {
        let outcome: WorkerRecovery.Outcome
        do {
            let store = try JournalStore(folder: folder.path)
            outcome = try await QueueSession.run(queue, in: context, waitsForServer: true) { access in
                let recovery = WorkerRecovery(store, access, workerName(context), in: context)
                return try await AbandonableTask { try await recovery.run() }.value()
            }
        } catch {
            throw RunEnd(error, script: nil, in: context).failure ?? CommandFailure(.failure, "\(error)".printable())
        }
        context.say(outcome.text)
        if outcome.held > 0 {
            throw CommandFailure(
                .failure, "a worker that runs has \(outcome.heldText) of this journal",
                hint: "end it, and start again with --recover")
        }
        if outcome.missing > 0 {
            throw CommandFailure(
                .failure, "\(CountText.of(outcome.missing, "prediction")) could not be added",
                hint: "another start with --recover tries again")
        }
    }

    private func workerName(_ context: CommandContext) -> String { worker ?? context.hostName() }

    private func plan(
        _ target: ServiceTarget, _ service: ServiceSelection, _ folder: JournalFolder, _ trust: WorkerTrust,
        in context: CommandContext
    ) throws -> WorkerPlan {
        let rootPath = context.absolute(root ?? ".")
        let shared: SharedFolder
        do {
            shared = try SharedFolder(FilePath(rootPath))
        } catch {
            throw CommandFailure(.usage, "--root \(root ?? "."): \(error)".printable())
        }
        let out = sandbox.out.map(context.absolute)
        if let out { try OutputFolder.checkWritable(out, shownAs: out) }
        var inRoot = context
        inRoot.workingDirectory = shared.path.string
        let withheld = service.withheldFiles + [trust.path.string]
        let makeHost: @Sendable (BatchManifest, String?) throws -> HostPlan = { [sandbox, inRoot] manifest, directory in
            var sandbox = sandbox
            let base = FilePath(out ?? inRoot.workingDirectory)
            sandbox.out = WorkerPlan.out(base, named: manifest.out).string
            sandbox.readableFolders = sandbox.readableFolders.map(context.absolute)
            sandbox.writableFolders = sandbox.writableFolders.map(context.absolute)
            return try HostPlan(
                target.configuration, sandbox: sandbox, withheld: withheld, arguments: manifest.constants,
                directory: directory, journal: folder, readsInput: false, middleware: context.middleware,
                cancelsOnStop: manifest.cancelsOnStop, readsNamedFiles: false, in: inRoot)
        }
        return WorkerPlan(
            name: workerName(context), batches: name.isEmpty ? nil : Set(name.compactMap { BatchName($0) }),
            concurrency: concurrency, grace: .seconds(grace), root: shared, configuration: target.configuration,
            secrets: service.heldSecrets, isVerbose: verbose, makeHost: makeHost)
    }
}

extension WorkerRunner {
    /// What it has done, in a line.
    var summary: String {
        let (done, failed, handedBack) = state.withLock { ($0.done, $0.failed, $0.handedBack) }
        return "\(CountText.of(done, "row")) done, \(CountText.grouped(failed)) failed,"
            + " \(CountText.grouped(handedBack)) given back"
    }
}
