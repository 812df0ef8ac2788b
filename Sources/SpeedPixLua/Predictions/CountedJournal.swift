package import SpeedPix

/// A journal behind a limit: only creates that are new count, and before anything is uploaded for them.
struct CountedJournal: PredictionJournal {
    let journal: any PredictionJournal
    let limit: CreateLimit

    var identifiesCreates: Bool { journal.identifiesCreates }
    var isDryRun: Bool { journal.isDryRun }

    func claim(_ create: JournaledCreate) async throws -> JournalClaim {
        let claim = try await journal.claim(create)
        guard case .new(let key) = claim else { return claim }
        do {
            try limit.take()
            return claim
        } catch {
            try await journal.recordNotMade(key)
            throw error
        }
    }

    func recordNotMade(_ key: JournalKey) async throws {
        limit.release()
        try await journal.recordNotMade(key)
    }

    func recordIntent(_ key: JournalKey) async throws { try await journal.recordIntent(key) }
    func withdrawIntent(_ key: JournalKey) async throws { try await journal.withdrawIntent(key) }
    func recordCreated(_ prediction: Prediction, _ key: JournalKey) async throws {
        try await journal.recordCreated(prediction, key)
    }
    func recordInDoubt(_ key: JournalKey, _ error: SpeedPixError) async throws {
        try await journal.recordInDoubt(key, error)
    }
    func recordEnded(_ prediction: Prediction, byCaller: Bool) async throws {
        try await journal.recordEnded(prediction, byCaller: byCaller)
    }
    func recordCancelWanted(_ predictionID: String) { journal.recordCancelWanted(predictionID) }
    func outputPlace(of url: String) async throws -> OutputPlace? { try await journal.outputPlace(of: url) }
    func recordSaved(_ file: SavedFile) async throws { try await journal.recordSaved(file) }
    func savedFiles(_ output: OutputPlace) async throws -> [SavedFile] { try await journal.savedFiles(output) }
    func value(_ name: String) -> JSONValue? { journal.value(name) }
    func keep(_ value: JSONValue, _ name: String) { journal.keep(value, name) }
    func flush() async throws { try await journal.flush() }
}

extension PredictionJournal {
    /// The same, with its new creates counted.
    package func counted(by limit: CreateLimit?) -> any PredictionJournal {
        limit.map { CountedJournal(journal: self, limit: $0) } ?? self
    }
}
