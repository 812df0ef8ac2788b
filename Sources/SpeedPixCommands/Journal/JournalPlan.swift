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

    /// - Returns: Nil for a run that writes nothing down.
    /// - Throws: ``CommandFailure`` for settings that make no sense, or a run that cannot be resumed.
    init?(
        _ command: RunCommand, script: ScriptFile, named name: String, service: ServiceTarget,
        in context: CommandContext
    ) throws {
        let target = command.resuming.resume
        guard !command.resuming.noJournal else { return nil }
        guard let identity = service.identity else {
            guard target == nil || target == .auto else {
                throw CommandFailure(
                    .usage, "--resume: what is made at this gateway ends with the command that made it")
            }
            return nil
        }
        isLocal = service.localMode != nil
        // A dry run of a new run has nothing to look for.
        guard !command.dryRun || target != nil else { return nil }
        folder = command.journal.folder(context, beside: script.directory)
        self.target = target
        var choices = command.resuming.choices
        // At the local gateway a repeated create costs nothing.
        if isLocal { choices.makesDoubtsAgain = true }
        self.choices = choices
        resumeCommand = Self.resuming(context.arguments, target)
        description = RunDescription(
            script: name == "-" ? name : Self.real(context.absolute(name)),
            folder: Self.real(context.workingDirectory), parameters: command.arguments,
            endpoint: identity.endpoint, appKey: identity.appKey, command: context.arguments)
        do {
            let days =
                command.service.readsSettings
                ? try command.service.settings(context, beside: script.directory)[.keepRuns]?.number : nil
            keepsRuns = (days ?? Setting.standardDaysOfRuns) * 86_400
        } catch {
            throw error.failure
        }
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
