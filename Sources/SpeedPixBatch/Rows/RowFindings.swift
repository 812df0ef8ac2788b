/// What is wrong with the rows of a source: all of it is counted, and the first of it kept to be shown.
package struct RowFindings: Sendable {
    /// More would not be read; every row of a source may have its findings.
    package static let shownLimit = 20

    /// In the order of the rows, at most ``shownLimit``.
    package private(set) var first: [RowFinding] = []
    private var counts: [RowFinding.Kind: Int] = [:]
    /// The numbers of the rows, from 1, that have any.
    package private(set) var rows: Set<Int> = []

    package init() {}

    package var isEmpty: Bool { rows.isEmpty }
    /// How many there are, those that are not shown among them.
    package var count: Int { counts.values.reduce(0, +) }
    /// Whether the next finding would be kept: it need not be made otherwise.
    package var keepsNext: Bool { first.count < Self.shownLimit }

    package func count(of kind: RowFinding.Kind) -> Int { counts[kind] ?? 0 }

    /// Adds one; findings come in the order of their rows.
    ///
    /// - Parameter make: Where it is and what it says; not called for what would not be shown.
    package mutating func add(
        _ kind: RowFinding.Kind, row: Int,
        _ make: () -> (place: String, column: String?, message: String, hint: String?)
    ) {
        counts[kind, default: 0] += 1
        rows.insert(row)
        guard keepsNext else { return }
        let made = make()
        first.append(
            RowFinding(
                row: row, place: made.place, column: made.column, kind: kind, message: made.message, hint: made.hint))
    }

    /// Adds those of another pass over the same rows.
    package mutating func merge(_ others: RowFindings) {
        counts.merge(others.counts, uniquingKeysWith: +)
        rows.formUnion(others.rows)
        // By place too: the order of one row's findings stays.
        first = (first + others.first).enumerated()
            .sorted { ($0.element.row, $0.offset) < ($1.element.row, $1.offset) }
            .prefix(Self.shownLimit).map(\.element)
    }

    /// A line for each that is shown, and one that says how many others there are.
    package var lines: [String] {
        let others = count - first.count
        return first.map(\.description)
            + (others > 0 ? ["and \(RowCount.text(others)) \(others == 1 ? "other" : "others")"] : [])
    }

    /// `300 wrong values, 12 missing files`
    package var summary: String {
        RowFinding.Kind.allCases
            .compactMap { kind in counts[kind].map { kind.counted($0) } }
            .joined(separator: ", ")
    }
}
