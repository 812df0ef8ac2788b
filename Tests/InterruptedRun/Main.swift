import Foundation
import SpeedPix
import SpeedPixCommands
import Synchronization

/// A command line that is killed (SIGKILL) at a certain point: what a power cut leaves is then known.
///
/// `InterruptedRun GAP:COUNT ARGUMENTS…`; GAP is one of ``CrashingJournal/Gap``, COUNT which one of them.
@main
enum InterruptedRun {
    static func main() async {
        var arguments = Array(CommandLine.arguments.dropFirst())
        let point = arguments.removeFirst().split(separator: ":")
        guard point.count == 2, let gap = CrashingJournal.Gap(rawValue: String(point[0])), let count = Int(point[1])
        else { exit(64) }
        let countdown = Countdown(gap, count)
        let environment = ProcessInfo.processInfo.environment
        var context = CommandContext(
            environment: environment, workingDirectory: FileManager.default.currentDirectoryPath,
            homeDirectory: environment["HOME"] ?? "/",
            writeOutput: { try FileHandle.standardOutput.write(contentsOf: $0) },
            writeError: { try? FileHandle.standardError.write(contentsOf: $0) }, readInput: { [] })
        context.wrapJournal = { CrashingJournal($0, countdown) }
        context.middleware = [CrashingMiddleware(countdown: countdown)]
        exit(await SpeedPixCommand.execute(arguments, in: context).rawValue)
    }
}

/// Ends the process the n-th time that a gap is reached.
final class Countdown: Sendable {
    private let gap: CrashingJournal.Gap
    private let left: Mutex<Int>

    init(_ gap: CrashingJournal.Gap, _ count: Int) {
        self.gap = gap
        left = Mutex(count)
    }

    func reach(_ gap: CrashingJournal.Gap) {
        guard gap == self.gap else { return }
        let isOver = left.withLock { left in
            left -= 1
            return left == 0
        }
        if isOver { kill(getpid(), SIGKILL) }
    }
}

/// Ends the process in one of the gaps in which something is known on one side only.
struct CrashingJournal: ForwardingJournal {
    enum Gap: String, CaseIterable, Sendable {
        /// The intent is on disk, and nothing was sent.
        case intent
        /// The create was sent, and nobody has seen its answer.
        case answer
        /// The answer has come, and its id is not on disk.
        case created
        /// A file lies there, and the journal does not know.
        case saved
    }

    let journal: any PredictionJournal
    private let countdown: Countdown

    init(_ journal: any PredictionJournal, _ countdown: Countdown) {
        self.journal = journal
        self.countdown = countdown
    }

    func recordIntent(_ key: JournalKey) async throws {
        try await journal.recordIntent(key)
        countdown.reach(.intent)
    }

    func recordCreated(_ prediction: Prediction, _ key: JournalKey) async throws {
        countdown.reach(.created)
        try await journal.recordCreated(prediction, key)
    }

    func recordSaved(_ file: SavedFile) async throws {
        countdown.reach(.saved)
        try await journal.recordSaved(file)
    }
}

/// Ends the process between a create's sending and its answer.
struct CrashingMiddleware: ClientMiddleware {
    let countdown: Countdown

    func intercept(
        _ request: TransportRequest, operation: ClientOperation, next: Next
    ) async throws -> TransportResponse {
        let response = try await next(request)
        if operation == .create { countdown.reach(.answer) }
        return response
    }
}
