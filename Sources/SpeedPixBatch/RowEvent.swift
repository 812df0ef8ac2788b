/// What happens to a row of a batch.
package enum RowEvent: Sendable, Equatable {
    /// It begins, for the first time or once more.
    case started(QueuedRow)
    /// A try has failed, and the row is tried once more.
    case retried(QueuedRow, RowResult)
    /// Its result is known. Also for a row that never began.
    case ended(QueuedRow, RowResult)
    /// An attempt before has done it.
    case skipped(BatchRow)
    /// It is not done now, and attempts before have left it without success.
    case left(BatchRow, RowResult)
    /// Somebody has opened it once more, after it had this state; `wasSkipped` if an attempt before had done it.
    case reopened(BatchRow, RowResult.State, wasSkipped: Bool)
    /// So many rows run elsewhere, of which only this is known.
    case running(Int)
    /// Something was created, and is paid for.
    case created
    /// What an attempt before has created was used again.
    case reused
    /// So many predictions of a row have succeeded in this try, and their files were neither saved nor used.
    case unsaved(QueuedRow, Int)
    /// The newest preview of its predictions has this URL now; nil if there is none any more.
    case previewed(QueuedRow, String?)
}
