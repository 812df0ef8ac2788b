/// Whether rows were lost: no row of the batch waits or runs, and results are missing, for some time in which nothing changes. A pure value.
struct MissingRows: Sendable, Equatable {
    let patience: Duration
    private var since: Duration?
    private var changes = 0

    init(patience: Duration) { self.patience = patience }

    /// To be asked again and again.
    ///
    /// - Parameters:
    ///   - isIdle: Whether no row waits in the stream, and none is with a worker.
    ///   - missing: How many rows have no result.
    ///   - changes: Goes up with each result.
    ///   - time: Never less than before.
    /// - Returns: Whether what is missing is to be handed out again now; the time begins anew then.
    mutating func isLost(isIdle: Bool, missing: Int, changes: Int, at time: Duration) -> Bool {
        guard isIdle, missing > 0, changes == self.changes, let since else {
            self.since = isIdle && missing > 0 ? time : nil
            self.changes = changes
            return false
        }
        guard time - since >= patience else { return false }
        self.since = time
        return true
    }
}
