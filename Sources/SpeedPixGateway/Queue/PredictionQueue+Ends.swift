// How ends come to the disk.
extension PredictionQueue {
    /// An end that could not be written down.
    struct UnwrittenEnd: Sendable {
        let record: PredictionRecord
        /// Of the last try.
        let error: StorageError
    }

    /// Before what could not be written down is tried again; each pause is twice as long as the one before.
    private static let firstPause: Duration = .seconds(1)
    private static let longestPause: Duration = .seconds(30)

    /// Tells the backend of an end that is kept as safely as predictions are.
    func tellEnd(of record: PredictionRecord) {
        guard record.pool == .remote, let onEnd else { return }
        Task { await onEnd(record.id) }
    }

    /// Writes down an end. One that cannot be written down is tried again.
    func write(_ record: PredictionRecord, to database: PredictionDatabase) {
        ends[record.id] = Task {
            do throws(StorageError) {
                try await database.end(record)
                unwritten[record.id] = nil
                tellEnd(of: record)
            } catch {
                // In memory it has ended. The database has it as unfinished: the next gateway would run it again.
                if unwritten[record.id] == nil {
                    logger.error("an end was not written down", metadata: ["error": "\(error)"])
                }
                unwritten[record.id] = UnwrittenEnd(record: record, error: error)
                noteWriteFailure.yield()
            }
            ends[record.id] = nil
            notices.tell(.ended(record.id))
        }
    }

    /// The results of which the database does not know yet.
    var unwrittenFiles: Set<ObjectKey> { Set(unwritten.values.flatMap(\.record.outputs.storedKeys)) }

    /// Sees to it that an end is on disk, be it at another try.
    ///
    /// - Throws: ``StorageError``: it is still to be written.
    func requireWritten(_ id: String) async throws(StorageError) {
        await writeAgain([id])
        if let end = unwritten[id] { throw end.error }
    }

    /// Tries again and again to write down what could not be written down, until the task is cancelled.
    func writeUnwrittenEnds() async {
        for await _ in writeFailures {
            var pause = Self.firstPause
            while !unwritten.isEmpty {
                do {
                    try await configuration.clock.sleep(for: pause)
                } catch {
                    return
                }
                await writeAgain(Array(unwritten.keys))
                pause = min(pause * 2, Self.longestPause)
            }
        }
    }

    /// Returns when no end is on its way to the disk. What could not be written down is tried once more.
    func finishWriting() async {
        for end in ends.values { await end.value }
        await writeAgain(Array(unwritten.keys))
    }

    private func writeAgain(_ ids: [String]) async {
        guard let persisted else { return }
        // All at once, so that they share one write.
        for id in ids where ends[id] == nil {
            if let end = unwritten[id] { write(end.record, to: persisted.database) }
        }
        for id in ids { await ends[id]?.value }
    }
}
