import SpeedPix
import SpeedPixBatch
import SpeedPixJournal
import SystemPackage

/// Which rows of a batch are to be done, and why those that were done before are done once more.
struct RowSelection {
    /// Indices of the rows that are to be done, in their order.
    private(set) var missing: [Int] = []
    /// Those that are not, in their order.
    private(set) var others: [(index: Int, standing: Standing)] = []
    /// The runs of the rows that are to be done and that attempts before have had.
    private(set) var runs: [Int64] = []
    private var changes: [Change: (count: Int, labels: [String])] = [:]
    private var folders: [String: String?] = [:]

    /// How attempts before have left a row that is not to be done.
    enum Standing: Sendable, Equatable {
        case done
        /// It was done, and what it was made of is not the same any more.
        case changed
        case notDone
    }

    /// Why a row that was done is done once more.
    private enum Change: Hashable {
        case script, values, doubt
        case file(String)

        /// What comes first is said first.
        var rank: Int {
            switch self {
            case .script: 0
            case .values: 1
            case .doubt: 2
            case .file: 3
            }
        }

        var reason: String {
            switch self {
            case .script: "the script has changed"
            case .values: "their values have changed"
            case .doubt: "it is unknown whether all that they have created was made"
            case .file(let path): "\(FilePath(path).lastComponent?.string ?? path) has changed"
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
            var change: Change?
            if state == .succeeded, let recorded { change = firstChange(since: recorded, row, plan, scriptDigest) }
            if isWanted(key, recorded, state, change, plan) {
                missing.append(index)
                if let recorded { runs.append(recorded.run) }
                if plan.choice == .missing, !plan.again.contains(key), let change { note(change, row) }
            } else {
                others.append((index, state != .succeeded ? .notDone : change == nil ? .done : .changed))
            }
        }
        folders = [:]
        guard unknown.isEmpty else {
            let keys = unknown.sorted().prefix(Self.mostNamed).map { "'\($0)'" }.joined(separator: ", ")
            throw CommandFailure(
                .usage, "no row has the key \(keys)".printable(),
                hint: "the table of results has them, in the column of --key, or else in the column key")
        }
    }

    /// - Parameter change: Of a row that was done; nil if nothing has changed.
    private func isWanted(
        _ key: String, _ recorded: RecordedRow?, _ state: RowResult.State?, _ change: Change?, _ plan: BatchPlan
    ) -> Bool {
        if plan.again.contains(key) { return true }
        return switch plan.choice {
        case .new: recorded == nil
        case .keys(let keys): keys.contains(key)
        case .failed: recorded != nil && (state != .succeeded || change == .doubt)
        case .missing: state != .succeeded || change != nil
        }
    }

    /// Nil if the row is done.
    private mutating func firstChange(
        since recorded: RecordedRow, _ row: BatchRow, _ plan: BatchPlan, _ scriptDigest: String
    ) -> Change? {
        let version = RowVersion(script: scriptDigest, values: plan.arguments(of: row))
        guard let before = recorded.digest.flatMap(RowVersion.init(text:)), before.values == version.values else {
            return .values
        }
        if before.script != version.script { return .script }
        if recorded.hasDoubts { return .doubt }
        return RowReads.changes(since: recorded.files, &folders).first.map { .file($0) }
    }

    private mutating func note(_ change: Change, _ row: BatchRow) {
        changes[change, default: (0, [])].count += 1
        if changes[change]?.labels.count ?? 0 < Self.mostNamed { changes[change]?.labels.append(row.label) }
    }

    /// What to say about rows that are done once more, in lines.
    var notes: [String] {
        let sorted = changes.sorted { ($0.key.rank, $1.value.count) < ($1.key.rank, $0.value.count) }
        let files = sorted.filter { $0.key.rank == 3 }
        let shown = sorted.filter { $0.key.rank < 3 } + files.prefix(Self.mostNamed)
        var lines = shown.map { change, rows in "\(Self.rows(rows)) again, since \(change.reason)" }
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
