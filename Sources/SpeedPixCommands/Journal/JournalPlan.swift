import LocalFiles
import SpeedPix
import SpeedPixJournal

/// What is decided about the journal of a run before it begins. A value.
struct JournalPlan: Sendable {
    let folder: JournalFolder
    /// By what the run is known again.
    let description: RunDescription
    /// Nil for a new run.
    let target: ResumeTarget?
    let choices: ResumeChoices
    /// Whether its predictions cost nothing, and may be gone: those of the local gateway.
    let isLocal: Bool
    /// How long finished runs are kept, in seconds.
    let keepsRuns: Double
    /// What goes on with the run, for a shell.
    let resumeCommand: String

    /// - Parameters:
    ///   - run: The run to go on with, whatever the options say; nil for what they say.
    ///   - folder: Where journals lie.
    ///   - script: As the command line names it; `-` for standard input and pipes.
    ///   - rows: Of a batch: where its rows come from.
    ///   - rowKey: Of a batch: the column by whose values they are known again; nil for a digest.
    ///   - parameters: Those of the command line.
    ///   - service: Where it creates predictions; a run is known by it. A dry run of a new run has none, and nothing to look for.
    /// - Returns: Nil for a run that writes nothing down.
    /// - Throws: ``CommandFailure`` for a run that cannot be resumed.
    init?(
        _ resuming: ResumeOptions, goingOn run: Int64? = nil, folder: JournalFolder, script: String,
        rows: String? = nil, rowKey: String? = nil, parameters: [String: String],
        at service: ServiceTarget, in context: CommandContext
    ) throws {
        guard !resuming.noJournal else { return nil }
        guard let identity = service.identity else {
            guard resuming.resume == nil || resuming.resume == .auto else {
                throw CommandFailure(
                    .usage, "--resume: what is made at this gateway ends with the command that made it")
            }
            return nil
        }
        target = run.map { .run($0) } ?? resuming.resume
        self.folder = folder
        isLocal = service.localMode != nil
        // At the local gateway a repeated create costs nothing.
        // What the options make again was made by the run that this one goes on with.
        choices =
            run == nil ? resuming.choices(makesDoubtsAgain: isLocal) : ResumeChoices(makesDoubtsAgain: isLocal)
        resumeCommand = Self.resuming(context.arguments, target)
        description = RunDescription(
            script: script == "-" ? script : Self.real(context.absolute(script)),
            folder: Self.real(context.workingDirectory), rows: rows, rowKey: rowKey,
            parameters: parameters,
            endpoint: identity.endpoint, appKey: identity.appKey, command: context.arguments)
        keepsRuns = (service.settings[.keepRuns]?.number ?? Setting.standardDaysOfRuns) * 86_400
    }

    private static func real(_ path: String) -> String {
        (try? RealPath.resolve(path)) ?? path
    }

    /// The same command line, with `--resume`.
    private static func resuming(_ arguments: [String], _ target: ResumeTarget?) -> String {
        // One that was named may have other parameters, and another script.
        let option = if case .run(let number) = target { "--resume=\(number)" } else { "--resume" }
        return (["speedpix"] + ResumeOptions.resuming(arguments, by: [option])).map(ShellText.quoted)
            .joined(separator: " ")
    }
}
