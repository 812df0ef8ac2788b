/// The subjects of a batch.
package struct QueueSubject: Sendable {
    package let batch: BatchName

    package init(_ batch: BatchName) { self.batch = batch }

    // MARK: Of `SPEEDPIX_BATCHES`

    /// What the batch is, see ``BatchManifest``. Who creates it has begun the batch.
    package var manifest: String { "speedpix.batch.\(batch).manifest" }
    /// Every row is in the queue, see ``SealedRows``.
    package var sealed: String { "speedpix.batch.\(batch).sealed" }
    /// No row begins any more, for good.
    package var cancelled: String { "speedpix.batch.\(batch).cancelled" }
    /// A piece of the script and its modules, from 1.
    package func script(_ number: Int) -> String { "speedpix.batch.\(batch).script.\(number)" }
    /// A piece of the rows, from 1: lines of ``RowLine``.
    package func rows(_ number: Int) -> String { "speedpix.batch.\(batch).rows.\(number)" }
    /// Rows that are opened once more, from 1, see ``ReopenedRows``.
    package func again(_ number: Int) -> String { "speedpix.batch.\(batch).again.\(number)" }
    /// The stop of this number, see ``stop(_:)``, counts no longer.
    package func resumed(_ number: Int) -> String { "speedpix.batch.\(batch).resumed.\(number)" }

    /// The manifests of all batches.
    package static let manifests = "speedpix.batch.*.manifest"

    /// - Returns: Nil for a subject that is no manifest's.
    package static func batch(ofManifest subject: String) -> BatchName? {
        let parts = subject.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "speedpix", parts[1] == "batch", parts[3] == "manifest" else { return nil }
        return BatchName(String(parts[2]))
    }

    // MARK: Of the other streams

    /// The rows that wait or run, of all batches.
    package static let allWaitingRows = "speedpix.rows.*"

    /// - Returns: Nil for a subject that is not that of rows which wait.
    package static func batch(ofWaitingRows subject: String) -> BatchName? {
        let parts = subject.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "speedpix", parts[1] == "rows" else { return nil }
        return BatchName(String(parts[2]))
    }

    /// The rows that wait, see ``RowMessage``. The consumer is named as the batch.
    package var waitingRows: String { "speedpix.rows.\(batch)" }

    /// An entry of a row's log, from 1.
    package func log(_ row: RowToken, _ number: Int) -> String { "speedpix.log.\(batch).\(row).\(number)" }
    /// All entries of a row's log.
    package func log(_ row: RowToken) -> String { "speedpix.log.\(batch).\(row).*" }

    /// A row's result, see ``QueuedResult``. The generation is 1, and goes up each time that a row is opened once more.
    package func result(_ row: RowToken, generation: Int) -> String {
        "speedpix.result.\(batch).\(row).\(generation)"
    }
    package var results: String { "speedpix.result.\(batch).*.*" }

    /// A block of the budget, from 1.
    package func budget(_ block: Int) -> String { "speedpix.lease.\(batch).budget.\(block)" }
    /// A block of the rate, from 1.
    package func rate(slot: Int64, _ block: Int) -> String { "speedpix.lease.\(batch).rate.\(slot).\(block)" }
    /// Which row saves a file under a name. `place` stands for the name, see ``NameClaims``.
    func savedName(_ place: RowToken) -> String { "speedpix.lease.\(batch).name.\(place)" }
    /// By which a worker learns the server's time. `token` is the worker's own.
    package func clock(_ token: String) -> String { "speedpix.lease.\(batch).clock.\(token)" }
    /// Why workers begin no row any more, from 1, see ``QueueStop``; until it is resumed.
    package func stop(_ number: Int) -> String { "speedpix.lease.\(batch).stop.\(number)" }

    /// What a worker cannot do for a row, see ``WorkerReport``. `worker` is its token, see ``WorkerReport/token(of:)``.
    package func report(worker: String, _ row: RowToken) -> String { "speedpix.worker.\(batch).\(worker).\(row)" }
    package var reports: String { "speedpix.worker.\(batch).>" }
}
