import SpeedPix
import SpeedPixGateway

/// A journal behind a gateway's check: a new create that the gateway would refuse is refused before its files are uploaded.
struct CheckedJournal: ForwardingJournal {
    let journal: any PredictionJournal
    let check: CreateCheck

    func claim(_ create: JournaledCreate) async throws -> JournalClaim {
        let claim = try await journal.claim(create)
        guard case .new(let key) = claim else { return claim }
        do {
            try check.check(create.workflowID, inputs: create.input)
            return claim
        } catch {
            try await journal.recordNotMade(key)
            throw error
        }
    }
}

extension PredictionJournal {
    /// The same, with its new creates checked.
    ///
    /// - Parameter check: Nil for a service, which alone knows its workflows.
    func checked(by check: CreateCheck?) -> any PredictionJournal {
        check.map { CheckedJournal(journal: self, check: $0) } ?? self
    }
}
