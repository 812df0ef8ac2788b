import Synchronization

/// A worker's parts of batches' budgets, which outlast its forgetting a batch: what it has leased and not used is there for rows that are
/// opened again.
package final class KeptBudgets: Sendable {
    private struct Kept {
        /// Of the batch's manifest: another batch may have the name by now.
        let digest: String
        let leases: BudgetLeases
    }

    private let kept = Mutex<[BatchName: Kept]>([:])

    package init() {}

    /// What is kept of a batch, or else what `make` gives, which is kept from then on.
    ///
    /// - Parameter digest: Of the batch's manifest.
    package func leases(
        of batch: BatchName, digest: String, otherwise make: () -> BudgetLeases
    ) -> BudgetLeases {
        kept.withLock { kept in
            if let known = kept[batch], known.digest == digest { return known.leases }
            let leases = make()
            kept[batch] = Kept(digest: digest, leases: leases)
            return leases
        }
    }

    /// A batch whose rows are never taken again.
    package func remove(_ batch: BatchName) { kept.withLock { $0[batch] = nil } }
}
