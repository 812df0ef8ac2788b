package import SpeedPix

/// A journal whose creates are bounded by the batch's budget and its rate, which all workers share.
package struct LeasedJournal: ForwardingJournal {
    package let journal: any PredictionJournal
    /// Nil without a budget.
    let budget: BudgetLeases?
    /// Nil without a rate.
    let rate: RateLeases?
    let onRefusal: @Sendable () -> Void

    /// - Parameter onRefusal: Called for each create that the budget stops.
    package init(
        _ journal: any PredictionJournal, budget: BudgetLeases?, rate: RateLeases?,
        onRefusal: @escaping @Sendable () -> Void
    ) {
        self.journal = journal
        self.budget = budget
        self.rate = rate
        self.onRefusal = onRefusal
    }

    /// A new create takes one of the budget, before anything is uploaded for it. One that is not made is lost to the budget: what is
    /// leased is never given back.
    package func claim(_ create: JournaledCreate) async throws -> JournalClaim {
        let claim = try await journal.claim(create)
        guard let budget, case .new(let key) = claim else { return claim }
        do {
            if try await budget.take() { return claim }
            onRefusal()
            throw SpeedPixError(
                .notAllowed, "stopped: the batch's budget of predictions is used up",
                remedy: "begin a batch of the rows that are left, with a budget of its own")
        } catch {
            try await journal.recordNotMade(key)
            throw Self.failure(error)
        }
    }

    /// Waits for the rate before the intent is written down: who is killed meanwhile leaves no doubt.
    package func recordIntent(_ key: JournalKey) async throws {
        do {
            try await rate?.wait()
        } catch {
            throw Self.failure(error)
        }
        try await journal.recordIntent(key)
    }

    private static func failure(_ error: any Error) -> any Error {
        if error is CancellationError || error is SpeedPixError { return error }
        return SpeedPixError(
            .journalFailed, "what is left of the batch's budget and rate could not be read: \(error)",
            isRetryable: true,
            cause: error)
    }
}
