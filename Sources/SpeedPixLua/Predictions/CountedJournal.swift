package import SpeedPix

/// A journal behind a limit: only creates that are new count, and before anything is uploaded for them.
struct CountedJournal: ForwardingJournal {
    let journal: any PredictionJournal
    let limit: CreateLimit
    /// Called for each create that the limit stops.
    var onRefusal: (@Sendable () -> Void)?

    func claim(_ create: JournaledCreate) async throws -> JournalClaim {
        let claim = try await journal.claim(create)
        guard case .new(let key) = claim else { return claim }
        do {
            try limit.take()
            return claim
        } catch {
            onRefusal?()
            try await journal.recordNotMade(key)
            throw error
        }
    }

    func recordNotMade(_ key: JournalKey) async throws {
        limit.release()
        try await journal.recordNotMade(key)
    }
}

extension PredictionJournal {
    /// The same, with its new creates counted.
    ///
    /// - Parameter onRefusal: Called for each create that the limit stops.
    package func counted(
        by limit: CreateLimit?, onRefusal: (@Sendable () -> Void)? = nil
    ) -> any PredictionJournal {
        limit.map { CountedJournal(journal: self, limit: $0, onRefusal: onRefusal) } ?? self
    }
}
