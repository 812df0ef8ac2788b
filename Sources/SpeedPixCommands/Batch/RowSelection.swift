import SpeedPix
import SpeedPixBatch
import SpeedPixJournal
import SystemPackage

/// Which rows of a batch are to be done, and why those that were done before are done once more.
struct RowSelection {
    /// Indices of the rows that are to be done, in their order.
    private(set) var missing: [Int] = []
    /// Those that are not, in their order: whether attempts before have done them.
    private(set) var others: [(index: Int, isDone: Bool)] = []
    private var changes: [Change: (count: Int, labels: [String])] = [:]

    /// Why a row that was done is done once more.
    private enum Change: Hashable {
        case script, values
        case file(String)

        /// What comes first is said first.
        var rank: Int {
            switch self {
            case .script: 0
            case .values: 1
            case .file: 2
            }
        }
    }

    /// The most labels, and files, that are named.
    private static let mostNamed = 3

    /// - Parameter scriptDigest: Of the script as it is now.
    /// - Throws: ``SpeedPixError`` `journal_failed`; ``CommandFailure`` for a key that no row has; `CancellationError`.
    init(_ plan: BatchPlan, _ journaling: BatchJournaling, scriptDigest: String) throws {
        var unknown = plan.again
        if case .keys(let keys) = plan.choice { unknown.formUnion(keys) }
        for (index, row) in plan.rows.enumerated() {
            // Each may look at files.
            if index.isMultiple(of: 256) { try Task.checkCancellation() }
            let key = row.key.description
            unknown.remove(key)
            let recorded = try journaling.recorded(row)
            let state = recorded?.result.flatMap(RowResult.init(json:))?.state
            if try isWanted(row, key, recorded, state, plan, scriptDigest) {
                missing.append(index)
            } else {
                others.append((index, state == .succeeded))
            }
        }
        guard unknown.isEmpty else {
            let keys = unknown.sorted().prefix(Self.mostNamed).map { "'\($0)'" }.joined(separator: ", ")
            throw CommandFailure(
                .usage, "no row has the key \(keys)".printable(),
                hint: "the table of results has them, in the column of --key, or else in the column key")
        }
    }

    private mutating func isWanted(
        _ row: BatchRow, _ key: String, _ recorded: RecordedRow?, _ state: RowResult.State?, _ plan: BatchPlan,
        _ scriptDigest: String
    ) throws -> Bool {
        if plan.again.contains(key) { return true }
        switch plan.choice {
        case .new: return recorded == nil
        case .keys(let keys): return keys.contains(key)
        case .failed: return recorded != nil && state != .succeeded
        case .missing: break
        }
        guard let recorded, state == .succeeded else { return true }
        let version = RowVersion(script: scriptDigest, values: plan.arguments(of: row))
        guard let change = Self.change(since: recorded, version) else { return false }
        changes[change, default: (0, [])].count += 1
        if changes[change]?.labels.count ?? 0 < Self.mostNamed { changes[change]?.labels.append(row.label) }
        return true
    }

    /// Nil if the row is done.
    private static func change(since recorded: RecordedRow, _ version: RowVersion) -> Change? {
        guard let before = recorded.digest.flatMap(RowVersion.init(text:)) else { return .values }
        if before.values != version.values { return .values }
        if before.script != version.script { return .script }
        return RowReads.changes(since: recorded.files).first.map { .file($0) }
    }

    /// What to say about rows that are done once more, in lines.
    var notes: [String] {
        let sorted = changes.sorted { ($0.key.rank, $1.value.count) < ($1.key.rank, $0.value.count) }
        let files = sorted.filter { $0.key.rank == 2 }
        var lines = sorted.filter { $0.key.rank < 2 }.map { change, rows in
            let reason = change == .script ? "the script has changed" : "their values have changed"
            return "\(Self.rows(rows)) again, since \(reason)"
        }
        lines += files.prefix(Self.mostNamed).map { change, rows in
            guard case .file(let path) = change else { return "" }
            return "\(Self.rows(rows)) again, since \(FilePath(path).lastComponent?.string ?? path) has changed"
        }
        let more = files.dropFirst(Self.mostNamed)
        if !more.isEmpty {
            lines.append(
                "\(CountText.of(more.reduce(0) { $0 + $1.value.count }, "row")) again, since other files have changed")
        }
        guard !lines.isEmpty else { return [] }
        return lines + ["what these rows have paid for is used where it is the same"]
    }

    /// `3 rows (A-014, A-015, …)`
    private static func rows(_ rows: (count: Int, labels: [String])) -> String {
        let more = rows.count > rows.labels.count ? ", …" : ""
        return "\(CountText.of(rows.count, "row")) (\(rows.labels.joined(separator: ", "))\(more))"
    }
}
