import LuaRuntime
import SpeedPix

/// What `:jobs` says.
enum SessionJobs {
    static func text(_ entries: [RunHistory.Entry], tasks: [LuaVM.DetachedTask], _ palette: Palette) -> String {
        guard !entries.isEmpty || !tasks.isEmpty else { return "no predictions, no tasks\n" }
        let rows = entries.map { entry -> [String] in
            var state = entry.status.rawValue
            if entry.status == .running { state += " \(Int((entry.fraction * 100).rounded())) %" }
            if let unsure = entry.warnings.text { state += ", \(unsure)" }
            return [entry.id, entry.workflow, state].map { $0.printable() }
        }
        let widths = (0..<2).map { column in rows.map { $0[column].count }.max() ?? 0 }
        let lines = zip(entries, rows).map { entry, row in
            let color: Palette.Color =
                switch entry.status {
                case .succeeded: .green
                case .failed, .canceled: .red
                default: .yellow
                }
            let cells = (0..<2).map { row[$0] + String(repeating: " ", count: widths[$0] - row[$0].count) }
            return "\(cells.joined(separator: "  "))  \(palette.paint(row[2], color))\n"
        }
        let more = tasks.map { "task  running" + ($0.location.map { ", spawned at \($0.printable())" } ?? "") + "\n" }
        return lines.joined() + more.joined()
    }
}
