/// How far an upload or a download has come.
public struct TransferProgress: Sendable, Hashable {
    /// Bytes sent or received. A transfer that has to begin again counts from zero again.
    public var bytesDone: Int64
    /// Bytes in all; nil while the other side has not said.
    public var bytesTotal: Int64?

    /// Called in order while a transfer goes on, which waits for it: after each hundredth of the bytes but not more
    /// often than every 64 KiB (every MiB while the total is unknown), and once at the end.
    ///
    /// What it throws ends the transfer and is thrown on as it is.
    public typealias Handler = @Sendable (TransferProgress) async throws -> Void

    /// A state of a transfer; negative numbers mean nothing.
    public init(bytesDone: Int64, bytesTotal: Int64? = nil) {
        self.bytesDone = bytesDone
        self.bytesTotal = bytesTotal
    }

    /// 0 … 1; nil while the total is unknown. An empty file is whole at once.
    public var fraction: Double? {
        bytesTotal.map { $0 > 0 ? min(Double(bytesDone) / Double($0), 1) : 1 }
    }

    /// How many bytes there are between two reports.
    static func step(total: Int64?) -> Int64 {
        total.map { max($0 / 100, 64 << 10) } ?? 1 << 20
    }
}

/// Decides when a transfer is worth another report.
struct ProgressSteps: Sendable {
    private var due: Int64 = 0
    private var last: TransferProgress?

    /// The report for this state, unless the last one is still good enough.
    mutating func report(_ done: Int64, of total: Int64?, isEnd: Bool = false) -> TransferProgress? {
        let progress = TransferProgress(bytesDone: done, bytesTotal: total)
        // After a start from the beginning, what was reported is no longer true.
        let isBehind = last.map { done < $0.bytesDone } ?? false
        guard isEnd ? last != progress : done >= due || isBehind else { return nil }
        last = progress
        due = done + TransferProgress.step(total: total)
        return progress
    }
}
