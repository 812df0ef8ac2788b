/// Figures as text, in columns.
struct FigureTable {
    private var rows = [["benchmark", "figure", "measured", "reference", "ratio", "target", "holds"]]

    mutating func add(_ figure: Figure, of benchmark: String) {
        rows.append([
            benchmark, figure.label, Self.show(figure.value, figure.unit),
            figure.reference.map { Self.show($0, figure.unit) } ?? "",
            figure.ratio.map { "\(Self.decimal($0, places: 2)) x" } ?? "",
            Self.show(figure.target, figure.unit),
            figure.holds.map { $0 ? "yes" : "NO" } ?? "",
        ])
    }

    var text: String {
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            let line = cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
        }.joined()
    }

    private static func show(_ target: Figure.Target?, _ unit: Figure.Unit) -> String {
        switch target {
        case nil: ""
        case .atMost(let bound): "<= \(show(bound, unit))"
        case .atLeast(let bound): ">= \(show(bound, unit))"
        case .ratioAtMost(let bound): "<= \(decimal(bound, places: 2)) x"
        case .ratioAtLeast(let bound): ">= \(decimal(bound, places: 2)) x"
        }
    }

    private static func show(_ value: Double, _ unit: Figure.Unit) -> String {
        switch unit {
        case .nanoseconds where value >= 1e9: "\(decimal(value / 1e9, places: 2)) s"
        case .nanoseconds where value >= 1e6: "\(decimal(value / 1e6, places: 2)) ms"
        case .nanoseconds where value >= 1e4: "\(decimal(value / 1e3, places: 2)) us"
        case .nanoseconds: "\(decimal(value, places: 1)) ns"
        case .perSecond: "\(Int(value.rounded())) /s"
        case .count: decimal(value, places: 2)
        case .bytes where value >= 10_485_760: "\(decimal(value / 1_048_576, places: 1)) MiB"
        case .bytes where value >= 10_240: "\(decimal(value / 1024, places: 1)) KiB"
        case .bytes: "\(Int(value.rounded())) B"
        }
    }

    /// Without Foundation's formats, which would be all that this package needs of it.
    private static func decimal(_ value: Double, places: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
        let scale = (0..<places).reduce(1) { scale, _ in scale * 10 }
        let scaled = Int((abs(value) * Double(scale)).rounded())
        let digits = String(scaled % scale)
        let fraction = String(repeating: "0", count: places - digits.count) + digits
        return "\(value < 0 ? "-" : "")\(scaled / scale).\(fraction)"
    }
}
