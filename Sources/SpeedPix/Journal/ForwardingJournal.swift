/// A journal in front of another: what the conforming type does not do itself is the other's.
package protocol ForwardingJournal: PredictionJournal {
    /// Does what is not done here.
    var journal: any PredictionJournal { get }
}

extension ForwardingJournal {
    package var identifiesCreates: Bool { journal.identifiesCreates }
    package var isDryRun: Bool { journal.isDryRun }

    package func claim(_ create: JournaledCreate) async throws -> JournalClaim { try await journal.claim(create) }
    package func recordIntent(_ key: JournalKey) async throws { try await journal.recordIntent(key) }
    package func sendCondition(_ key: JournalKey) -> (@Sendable () -> Bool)? { journal.sendCondition(key) }
    package func withdrawIntent(_ key: JournalKey) async throws { try await journal.withdrawIntent(key) }
    package func recordCreated(_ prediction: Prediction, _ key: JournalKey) async throws {
        try await journal.recordCreated(prediction, key)
    }
    package func recordInDoubt(_ key: JournalKey, _ error: SpeedPixError) async throws {
        try await journal.recordInDoubt(key, error)
    }
    package func recordNotMade(_ key: JournalKey) async throws { try await journal.recordNotMade(key) }
    package func recordEnded(_ prediction: Prediction, byCaller: Bool) async throws {
        try await journal.recordEnded(prediction, byCaller: byCaller)
    }
    package func recordCancelWanted(_ predictionID: String) { journal.recordCancelWanted(predictionID) }

    package func outputFileID(of url: String) async throws -> OutputFileID? { try await journal.outputFileID(of: url) }
    package func recordSaved(_ file: SavedFile) async throws { try await journal.recordSaved(file) }
    package func recordUsed(_ output: OutputFileID) { journal.recordUsed(output) }
    package func savedFiles(_ output: OutputFileID) async throws -> [SavedFile] { try await journal.savedFiles(output) }

    package func value(_ name: String) -> JSONValue? { journal.value(name) }
    package func keep(_ value: JSONValue, _ name: String) { journal.keep(value, name) }
    package func flush() async throws { try await journal.flush() }
}
