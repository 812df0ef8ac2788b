import ArgumentParser
import SpeedPixBatch
import SpeedPixQueue
import Synchronization

/// Which rows of a batch in a queue are opened once more.
struct QueueResuming: Sendable {
    let choice: BatchPlan.Choice
    let isQuiet: Bool

    /// Opens rows, and lets workers begin rows again if they had stopped.
    ///
    /// - Returns: How many rows were opened.
    /// - Throws: ``CommandFailure`` for a key that no row has; what the queue throws.
    @discardableResult
    func run(
        _ reader: BatchReader, _ manifest: BatchManifest, rows: FollowedRows, in context: CommandContext
    ) async throws -> Int {
        if let stop = try await reader.resume(), !isQuiet {
            context.say("workers begin rows again; they had \(stop.reason.sentence)".printable())
        }
        guard choice != .new else { return 0 }
        let wanted: Set<String>? = if case .keys(let keys) = choice { keys } else { nil }
        let states = Mutex<[Int: RowResult.State]>([:])
        let found = Mutex<Set<String>>([])
        let batch = try await BatchFollower(
            reader, manifest, rows: rows, now: { [context] in context.secondsSince1970 }
        ) { event in
            switch event {
            case .ended(let line, let queued, _, _):
                let isWanted = wanted.map { $0.contains(line.key) } ?? (queued.result.state != .succeeded)
                guard isWanted, let index = rows.index(of: line.number) else { return }
                found.withLock { _ = $0.insert(line.key) }
                states.withLock { $0[index] = queued.result.state }
            case .reopened(let line):
                if let index = rows.index(of: line.number) { states.withLock { $0[index] = nil } }
            default: break
            }
        }.readStored()
        if let wanted {
            try checkKeys(wanted.subtracting(found.withLock { $0 }), rows)
        }
        let reopened = try states.withLock { $0.keys.sorted() }.filter(batch.hasEnded).map { index in
            (line: try rows.line(index), generation: batch.generation(index) + 1)
        }
        guard !reopened.isEmpty else { return 0 }
        try await RowReopener(
            reader.access, reader.name, manifest, now: { [context] in context.secondsSince1970 }
        ).reopen(reopened)
        if !isQuiet { context.say("\(CountText.of(reopened.count, "row")) opened again") }
        return reopened.count
    }

    /// Keys of rows that have no result yet are right as well.
    private func checkKeys(_ keys: Set<String>, _ rows: FollowedRows) throws {
        var unknown = keys
        for index in 0..<rows.count where !unknown.isEmpty { unknown.remove(try rows.line(index).key) }
        guard let key = unknown.min() else { return }
        throw CommandFailure(
            .usage, "no row has the key '\(key)'".printable(),
            hint: "the table of results has them, in the column of --key, or else in the column key")
    }
}
