/// The work of the host that tasks wait for, as far as its end matters to more than the waiting task.
struct HostWork {
    private struct AbandonedWork {
        var work: Task<Void, Never>
        /// Whose end waits for it.
        var run: RunTable.Slot
    }

    /// Work whose task was stopped, until it has really ended, by its ticket.
    private var abandoned: [UInt64: AbandonedWork] = [:]
    /// What work under way holds of its script's values, in bytes by its ticket, where that is much.
    private var heldBytes: [UInt64: Int] = [:]

    /// What is still under way although the run's task that waited for it was stopped.
    func abandoned(by run: RunTable.Slot) -> Task<Void, Never>? {
        abandoned.values.first { $0.run == run }?.work
    }

    /// The task that waited for the work was stopped.
    mutating func abandon(_ work: Task<Void, Never>, ticket: UInt64, run: RunTable.Slot) {
        abandoned[ticket] = AbandonedWork(work: work, run: run)
    }

    mutating func hold(_ bytes: Int, for ticket: UInt64) {
        heldBytes[ticket] = bytes
    }

    /// The work has ended.
    ///
    /// - Returns: The bytes that it held, and whether its task was stopped before.
    mutating func end(_ ticket: UInt64) -> (heldBytes: Int, wasAbandoned: Bool) {
        // Both are empty nearly always, and every wait ends here.
        let bytes = heldBytes.isEmpty ? nil : heldBytes.removeValue(forKey: ticket)
        let stopped = abandoned.isEmpty ? nil : abandoned.removeValue(forKey: ticket)
        return (bytes ?? 0, stopped != nil)
    }
}
