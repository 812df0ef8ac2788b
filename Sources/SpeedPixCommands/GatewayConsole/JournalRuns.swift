import Dispatch
import SpeedPix
import SpeedPixGateway
import SpeedPixJournal

/// The runs of scripts for a gateway's console, from the journal that commands write. A script may be writing it.
struct JournalRuns: RunsSource {
    /// The most predictions of a run that are told: a page does not show more.
    private static let most = 1000

    /// Of the journal, which may not be there yet.
    let folder: String

    func runs(limit: Int) async throws -> [JSONValue] {
        try await Self.blocking { [folder] in
            // Made by the first script that creates something, and not by a reader.
            guard let reader = JournalReader(folder: folder) else { return [] }
            return try reader.runs(limit: limit).map { .object(Self.members(of: $0, reader)) }
        }
    }

    func run(_ number: Int64) async throws -> JSONValue {
        try await Self.blocking { [folder] in
            guard let reader = JournalReader(folder: folder) else { throw Self.noJournal }
            let (run, creates) = try reader.run(number)
            var members = Self.members(of: run, reader)
            // What somebody has to do something about comes first.
            let ordered = creates.filter(\.needsAttention) + creates.filter { !$0.needsAttention }
            members["predictions"] = .array(ordered.prefix(Self.most).map(Self.json))
            members["omitted"] = .integer(Int64(max(creates.count - Self.most, 0)))
            return .object(members)
        }
    }

    func settle(_ run: Int64, _ prediction: String, as settlement: ConsoleSettlement) async throws {
        let found: JournalStore.Settlement =
            switch settlement {
            case .created(let id): .created(id: id)
            case .notCreated: .notCreated
            case .again: .again
            }
        try await Self.blocking { [folder] in
            guard JournalStore.exists(in: folder) else { throw Self.noJournal }
            // The page may be one that was loaded before somebody else has settled it.
            try JournalStore(folder: folder).settleDoubt(run, prediction, as: found)
        }
    }

    private static let noJournal = ConsoleSourceProblem(.notFound, "there is no journal of runs yet")

    /// Does something that waits for the disk, on a thread that may.
    ///
    /// - Throws: ``ConsoleSourceProblem``.
    private static func blocking<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        do {
            return try await withCheckedThrowingContinuation { continuation in
                DispatchQueue.global().async { continuation.resume(with: Result { try body() }) }
            }
        } catch let error as SpeedPixError {
            let remedy = error.remedy.map { "; \($0)" } ?? ""
            throw ConsoleSourceProblem(
                error.code == .invalidArgument ? .notFound : .unavailable, (error.message + remedy).printable())
        }
    }

    /// As ``RunText`` tells it to programs, with what the console's page wants besides.
    private static func members(of run: RecordedRun, _ reader: JournalReader) -> [String: JSONValue] {
        var members = RunText.json(run).objectValue ?? [:]
        // A command line is for whoever has typed it.
        members["command"] = nil
        members["id"] = .integer(run.number)
        members["name"] = .string(RunText.name(run).printable())
        members["began"] = .double(run.started)
        members["ended"] = run.ended.map { .double($0) } ?? .null
        members["predictions"] = .integer(Int64(run.created))
        members["reused"] = .integer(Int64(run.reused))
        // One that was killed has no end either.
        if run.ended == nil, reader.isGoingOn(run.batch?.run ?? run.number) { members["state"] = "running" }
        return members
    }

    private static func json(_ create: RecordedCreate) -> JSONValue {
        var members = RunText.json(create).objectValue ?? [:]
        // Both may be large: the page shows files, and what went into those alone that somebody has to find again.
        members["output"] = nil
        if !create.isInDoubt { members["input"] = nil }
        members["reused"] = .bool(create.isReused)
        members["in_doubt"] = .bool(create.isInDoubt)
        members["saved"] = .array(create.paths.map { .string($0) })
        members["began"] = .double(create.intended)
        members["ended"] = create.ended.map { .double($0) } ?? .null
        return .object(members)
    }
}

extension RecordedCreate {
    /// Whether a person may have to do something about it.
    fileprivate var needsAttention: Bool { isInDoubt || unsavedFiles > 0 }
}
