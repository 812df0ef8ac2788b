import NATS
import SpeedPix

/// Opens rows that have a result once more: in a generation of their own, which has a result of its own.
///
/// First the list of such rows is created, by which everybody who follows knows that there is a result to come. Then each row's log says
/// so, and then the row is handed out: whoever finds it on the list and nowhere else does what is left.
package struct RowReopener: Sendable {
    private let access: QueueAccess
    private let name: BatchName
    private let parameters: [String?]
    private let now: @Sendable () -> Double
    /// How many rows are opened at once.
    private static let width = 32

    /// - Parameter now: Seconds since 1970, for people who read the logs.
    package init(
        _ access: QueueAccess, _ name: BatchName, _ manifest: BatchManifest, now: @escaping @Sendable () -> Double
    ) {
        self.access = access
        self.name = name
        self.now = now
        parameters = manifest.rows.parameters
    }

    /// The log of a row, for a person's word.
    package func log(of key: String) -> RowLog {
        RowLog(
            JetStreamRowLogStore(access.jetStream, batch: name.text, row: RowToken(key: key).text),
            RowLogSettings(batch: name.text, rowKey: key, worker: "batch", clock: access.clock, now: now))
    }

    /// Opens rows once more.
    ///
    /// - Parameter rows: With the generations that they get: one more than that of their result.
    package func reopen(_ rows: [(line: RowLine, generation: Int)]) async throws {
        let store = access.writeOnce(.batches)
        let subject = QueueSubject(name)
        var number = try await BatchReader(name, access).reopened(from: 1).count
        for start in stride(from: 0, to: rows.count, by: ReopenedRows.most) {
            let part = rows[start..<min(start + ReopenedRows.most, rows.count)]
            let list = ReopenedRows(
                part.map { .init(number: $0.line.number, generation: $0.generation) },
                token: RowLogSettings.randomToken())
            // Somebody else may open rows meanwhile, perhaps the same: to open a row twice in one generation changes nothing.
            repeat { number += 1 } while try await store.create(subject.again(number), list.payload) != list.payload
        }
        try await handOut(rows)
    }

    /// Hands rows out in a generation, and before that has the log of each know it, if the log can be read.
    ///
    /// - Throws: ``SpeedPixError`` for rows whose logs refuse it; the others were handed out then. `NATSError`; `CancellationError`.
    package func handOut(_ rows: [(line: RowLine, generation: Int)]) async throws {
        var failed: [Int: SpeedPixError] = [:]
        try await withThrowingTaskGroup(of: (row: Int, error: SpeedPixError?).self) { group in
            var running = 0
            for row in rows where row.generation > 1 {
                if running == Self.width, let ended = try await group.next() {
                    failed[ended.row] = ended.error
                    running -= 1
                }
                running += 1
                group.addTask {
                    do {
                        try await open(row.line, after: row.generation - 1)
                    } catch let error as SpeedPixError where error.code == .rowLogUnreadable {
                        // It fails again, with the same words.
                    } catch let error as SpeedPixError {
                        return (row.line.number, error)
                    }
                    return (row.line.number, nil)
                }
            }
            for try await ended in group { failed[ended.row] = ended.error }
        }
        try await BatchPublisher(access).publish(
            rows.lazy.filter { failed[$0.line.number] == nil }.map {
                RowMessage($0.line, parameters: parameters, generation: $0.generation)
            }, of: name)
        if let row = rows.first(where: { failed[$0.line.number] != nil }), let error = failed[row.line.number] {
            let more = failed.count > 1 ? " (and \(failed.count - 1) more)" : ""
            throw SpeedPixError(
                error.code, "the row \(row.line.label)\(more) was not opened again: \(error.message)",
                remedy: error.remedy, isRetryable: error.isRetryable, cause: error)
        }
    }

    private func open(_ row: RowLine, after generation: Int) async throws {
        let log = log(of: row.key)
        do {
            try await log.openAgain(after: generation)
        } catch let error as SpeedPixError where error.code == .invalidArgument {
            try await log.openAgain(
                after: generation, results: try await results(of: row, from: log.state.generation, through: generation))
        }
    }

    /// What the results have of a row, by generations.
    private func results(of row: RowLine, from first: Int, through last: Int) async throws -> [Int: JSONValue] {
        var results: [Int: JSONValue] = [:]
        for generation in stride(from: first, through: last, by: 1) {
            let subject = QueueSubject(name).result(row.token, generation: generation)
            guard let message = try await access.message(in: .results, subject),
                let result = try? JSONValue(parsing: message.payload),
                let queued = QueuedResult(json: result), (queued.row, queued.generation) == (row.number, generation)
            else { continue }
            results[generation] = result
        }
        return results
    }
}
