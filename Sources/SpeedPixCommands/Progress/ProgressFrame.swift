import SpeedPix
import SpeedPixLua

/// The lines that show a run at one moment, each narrow enough to stay one row.
struct ProgressFrame {
    /// The most rows below the header.
    static let mostRows = 10

    /// What the terminal can show.
    struct Style: Sendable {
        var hasColor = true
        var hasUnicode = true

        /// As `NO_COLOR` (no-color.org) and the locale say.
        init(_ environment: [String: String]) {
            hasColor = (environment["NO_COLOR"] ?? "").isEmpty
            let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
            // No locale at all says nothing of the terminal, and those without UTF-8 are rare.
            hasUnicode = locale.map { $0.lowercased().contains("utf") } ?? true
        }
    }

    let state: RunState
    /// Since the run began.
    let elapsed: Duration
    let size: TerminalExtent
    let style: Style

    var lines: [String] {
        // The last column stays empty: some terminals wrap when it is written.
        let columns = size.columns - 1
        // Nothing is shown as long as a script only computes.
        guard columns >= 4, size.rows >= 2, !state.isEmpty || !state.transfers.isEmpty else { return [] }
        return [header(columns)] + rows { _ in true }
    }

    /// The lines of what is under way.
    ///
    /// - Parameter isShown: Which of them.
    func rows(where isShown: (RunState.Row) -> Bool) -> [String] {
        let columns = size.columns - 1
        guard columns >= 4, size.rows >= 2 else { return [] }
        return state.rows(limit: min(Self.mostRows, size.rows - 2)).filter(isShown).map { row($0, columns) }
    }

    // MARK: Header

    private func header(_ columns: Int) -> String {
        let counts: [(Int, String, Color?)] = [
            (state.succeeded, "done", .green), (state.running, "running", nil), (state.queued, "queued", nil),
            (state.failed, "failed", .red), (state.canceled, "canceled", .red),
            (state.warnings.results, "unsure", .yellow),
        ]
        // Failures, cancels and results that may be wrong are shown when there are some.
        let shown = counts.enumerated().filter { $0.offset < 3 || $0.element.0 > 0 }.map(\.element)
        let time = DurationText.clock(elapsed)
        let separator = style.hasUnicode ? " · " : " | "
        let texts = shown.map { "\($0.0) \($0.1)" } + [time]
        guard TerminalText.width(texts.joined(separator: separator)) <= columns else { return narrow(columns) }
        let painted = zip(shown, texts).map { paint($1, $0.0 > 0 ? $0.2 : nil) } + [time]
        return painted.joined(separator: separator)
    }

    /// Of all that was created, how much has ended; for terminals where the words have no room.
    private func narrow(_ columns: Int) -> String {
        let known = state.ended + state.jobs.count
        let bad = state.failed + state.canceled
        let parts = ["\(state.ended)/\(known)"] + (bad > 0 ? ["\(bad)!"] : []) + [DurationText.clock(elapsed)]
        return TerminalText.fitted(parts.joined(separator: " "), columns: columns, ellipsis: ellipsis)
    }

    // MARK: Rows

    private func row(_ row: RunState.Row, _ columns: Int) -> String {
        switch row {
        case .job(let job): self.row(job, columns)
        case .transfer(let transfer): self.row(transfer, columns)
        }
    }

    private func row(_ job: RunState.Job, _ columns: Int) -> String {
        let sign = style.hasUnicode ? (job.isRunning ? "▸" : "·") : (job.isRunning ? ">" : ".")
        var facts: [String] = []
        if job.isRunning {
            facts.append(bar(job.fraction, columns))
            facts.append(percent(job.fraction))
            if let eta = job.eta {
                // It goes on between two polls.
                facts.append("\(DurationText.clock(max(eta - (elapsed - job.updatedAt), .zero))) left")
            } else if let since = job.runningAt {
                facts.append(DurationText.clock(elapsed - since))
            }
            if let step = job.step { facts.append(step.printable()) }
        } else {
            facts.append(job.queueLength.map { $0 > 0 ? "queued, \($0) ahead" : "queued" } ?? "queued")
        }
        return line(sign: sign, name: "\(job.name) \(job.id.prefix(8))", facts: facts, columns: columns)
    }

    private func row(_ transfer: ScriptTransfer, _ columns: Int) -> String {
        let isUpload = transfer.direction == .upload
        let sign = style.hasUnicode ? (isUpload ? "↑" : "↓") : (isUpload ? "^" : "v")
        var facts: [String] = []
        if let fraction = transfer.progress.fraction {
            facts.append(bar(fraction, columns))
            facts.append(percent(fraction))
        }
        facts.append(ByteCount.text(transfer.progress.bytesTotal ?? transfer.progress.bytesDone))
        return line(sign: sign, name: transfer.name, facts: facts, columns: columns)
    }

    /// Facts are left out from the last one on until the name has at least a third.
    private func line(sign: String, name: String, facts: [String], columns: Int) -> String {
        let room = columns - TerminalText.width(sign) - 1
        var tail = ""
        for fact in facts where !fact.isEmpty {
            let longer = "\(tail) \(fact)"
            guard TerminalText.width(longer) <= room - max(room / 3, 4) else { break }
            tail = longer
        }
        let widest = min(room - TerminalText.width(tail), Self.widestName)
        let shown = TerminalText.fitted(name.printable(), columns: widest, ellipsis: ellipsis)
        // In columns where there is room for them.
        return "\(sign) \(columns >= Self.wide ? TerminalText.padded(shown, columns: widest) : shown)\(tail)"
    }

    private static let widestName = 34
    /// From here on there is room for bars and columns.
    private static let wide = 60

    private func bar(_ fraction: Double, _ columns: Int) -> String {
        guard columns >= Self.wide else { return "" }
        let cells = 12
        let full = Int((min(max(fraction, 0), 1) * Double(cells)).rounded(.down))
        let (on, off) = style.hasUnicode ? ("█", "░") : ("#", "-")
        return String(repeating: on, count: full) + String(repeating: off, count: cells - full)
    }

    private func percent(_ fraction: Double) -> String {
        // A service's number may be anything.
        "\(Int((min(max(fraction, 0), 1) * 100).rounded(.down)))%"
    }

    private var ellipsis: String { style.hasUnicode ? "…" : "~" }

    // MARK: Colours

    /// The terminal's own, so that they fit its theme.
    enum Color: Int {
        case red = 31
        case green = 32
        case yellow = 33
    }

    private func paint(_ text: String, _ color: Color?) -> String {
        guard style.hasColor, let color else { return text }
        return "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m"
    }
}
