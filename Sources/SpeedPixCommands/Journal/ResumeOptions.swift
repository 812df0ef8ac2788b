import ArgumentParser
import SpeedPixJournal

/// Which run is resumed.
enum ResumeTarget: ExpressibleByArgument, Sendable, Equatable {
    /// The newest that is unfinished.
    case newest
    /// The same; a new one if there is none.
    case auto
    case run(Int64)

    init?(argument: String) {
        switch argument {
        case Self.newestWord: self = .newest
        case "auto": self = .auto
        default:
            guard let number = Int64(argument), number > 0 else { return nil }
            self = .run(number)
        }
    }

    /// What `--resume` alone stands for.
    static let newestWord = "newest"
}

/// What is done with creates in doubt.
enum DoubtChoice: String, ExpressibleByArgument, CaseIterable, Sendable {
    case again
}

/// Whether a run goes on with what an earlier one has paid for.
struct ResumeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Goes on with the newest unfinished run of this script (of a batch, the newest), or with that number: what it has"
                + " paid for is not created again. auto: begins one if there is none.", valueName: "RUN|auto"))
    var resume: ResumeTarget?

    @Option(
        help: ArgumentHelp(
            "With --resume: creates what has this label or position once more, and pays for it; of a batch, all of the row"
                + " with this key.",
            valueName: "LABEL|POSITION|KEY"))
    var again: [String] = []

    @Flag(
        name: .customLong("again-failed"),
        help: "With --resume: creates all that failed once more, also where the script has done something else since.")
    var againFailed = false

    @Option(
        name: .customLong("in-doubt"),
        help: ArgumentHelp(
            "With --resume: creates what is in doubt once more; it may be paid for twice.", valueName: "again"))
    var inDoubt: DoubtChoice?

    @Flag(name: .customLong("no-journal"), help: "Writes nothing down: what is paid for is lost with the process.")
    var noJournal = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("What math.random begins with; otherwise it is drawn, and recorded.", valueName: "N"))
    var seed: Int64?

    func validate() throws {
        if resume == nil, !again.isEmpty || againFailed || inDoubt != nil {
            throw ValidationError("--again, --again-failed and --in-doubt go with --resume")
        }
        guard resume != nil else { return }
        if noJournal { throw ValidationError("use either --resume or --no-journal, not both") }
        if seed != nil, resume != .auto {
            throw ValidationError("--resume goes on with the seed of its run; leave --seed out")
        }
    }

    /// A command line without what is said here, and with one argument more, before a `--`.
    static func resuming(_ arguments: [String], by more: [String]) -> [String] {
        let withValue: Set<String> = ["--again", "--in-doubt", "--seed", "--only"]
        let alone: Set<String> = ["--resume", "--again-failed", "--no-journal"]
        let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
        var kept: [String] = []
        var isValue = false
        for argument in arguments[..<end] {
            let name = String(argument.prefix { $0 != "=" })
            if isValue {
                isValue = false
            } else if withValue.contains(name) {
                isValue = !argument.contains("=")
            } else if !alone.contains(name) {
                kept.append(argument)
            }
        }
        return kept + more + arguments[end...]
    }

    /// - Parameter makesDoubtsAgain: Whether what is in doubt is created once more without being asked for.
    func choices(makesDoubtsAgain: Bool) -> ResumeChoices {
        ResumeChoices(
            madeAgain: again, makesFailedAgain: againFailed, makesDoubtsAgain: makesDoubtsAgain || inDoubt == .again)
    }
}
