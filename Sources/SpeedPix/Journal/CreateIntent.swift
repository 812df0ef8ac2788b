/// The intent of one create, written to its journal before each try and withdrawn after one that had no effect.
struct CreateIntent: Sendable {
    let journal: any PredictionJournal
    let key: JournalKey

    /// Writes down that the create is about to be sent.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed`; `CancellationError` if the task was cancelled meanwhile, with nothing left
    ///   written down.
    func recordOrThrow() async throws {
        do {
            try await journal.recordIntent(key)
        } catch let error as CancellationError {
            // Before it was written, as in a wait for its turn: nothing is wrong with the journal.
            throw error
        } catch {
            throw Self.failure(error, consequence: "nothing was sent")
        }
        guard Task.isCancelled else { return }
        try await withdrawOrThrow()
        throw CancellationError()
    }

    /// What is asked before the create leaves, see ``PredictionJournal/sendCondition(_:)``.
    var sendCondition: (@Sendable () -> Bool)? { journal.sendCondition(key) }

    /// Takes back an intent whose try had no effect.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed`.
    func withdrawOrThrow() async throws {
        do {
            try await journal.withdrawIntent(key)
        } catch {
            throw Self.failure(
                error, consequence: "it was not created, but the journal still says that it may have been")
        }
    }

    /// What a journal threw, as the SDK says it.
    static func failure(_ error: any Error, consequence: String, prediction: Prediction? = nil) -> SpeedPixError {
        if let error = error as? SpeedPixError {
            return prediction.map { error.about($0) } ?? error
        }
        return SpeedPixError(
            .journalFailed, "the journal could not be written (\(consequence)): \(error)",
            remedy: "make room on the disk, or name another place for the journal", prediction: prediction, cause: error
        )
    }
}
