import SpeedPixBatch

/// The lines that show a batch at one moment, each narrow enough to stay one row.
struct BatchFrame {
    /// The most rows below the header.
    static let mostRows = 10
    /// How many of them failures may take.
    static let mostFailures = 3

    let state: BatchState
    /// Why no row begins any more; nil while rows do.
    let stop: BatchStop?
    /// Since the batch began.
    let elapsed: Duration
    let size: TerminalExtent
    let style: ProgressFrame.Style

    var lines: [String] {
        // The last column stays empty: some terminals wrap when it is written.
        let columns = size.columns - 1
        guard columns >= 4, size.rows >= 2 else { return [] }
        let room = min(Self.mostRows, size.rows - 2)
        let failures = state.lastFailed.suffix(min(Self.mostFailures, room / 3))
        let running = state.running
        var lines = [header(columns)]
        // What has run longest may be stuck.
        var shown = room - failures.count
        if running.count > shown { shown -= 1 }
        lines += running.prefix(max(shown, 0)).map { row($0, columns) }
        if running.count > max(shown, 0), room > failures.count {
            lines.append(fitted("  and \(CountText.grouped(running.count - max(shown, 0))) more", columns))
        }
        return lines + failures.map { failure($0, columns) }
    }

    // MARK: Header

    private func header(_ columns: Int) -> String {
        let separator = style.hasUnicode ? " · " : " | "
        var facts = Self.facts(state, stop: stop, at: elapsed)
        // The last ones are the first to go.
        while facts.count > 1, TerminalText.width(facts.map(\.text).joined(separator: separator)) > columns {
            facts.removeLast()
        }
        let text = facts.map(\.text).joined(separator: separator)
        guard TerminalText.width(text) <= columns else {
            let bad = state.failed + state.inDoubt
            return fitted("\(state.ended)/\(state.total)" + (bad > 0 ? " \(bad)!" : ""), columns)
        }
        return facts.map { $0.isBad ? paint($0.text) : $0.text }.joined(separator: separator)
    }

    struct Fact {
        let text: String
        /// Whether it is about what has gone wrong.
        var isBad = false
    }

    /// What there is to know about the whole batch, the most important first: `1,204 of 20,000 rows`, `8 running`, `12 failed`,
    /// `41/min`, `about 7h 40m left`.
    static func facts(_ state: BatchState, stop: BatchStop?, at time: Duration) -> [Fact] {
        var facts = [
            Fact(text: "\(CountText.grouped(state.ended)) of \(CountText.of(state.total, "row"))"),
            Fact(text: "\(CountText.grouped(state.runningCount)) running"),
        ]
        if state.failed > 0 { facts.append(Fact(text: "\(CountText.grouped(state.failed)) failed", isBad: true)) }
        if state.inDoubt > 0 { facts.append(Fact(text: "\(CountText.grouped(state.inDoubt)) in doubt", isBad: true)) }
        guard stop == nil else { return facts + [Fact(text: "stopping", isBad: true)] }
        if let rate = state.rate(at: time) { facts.append(Fact(text: CountText.rate(perSecond: rate))) }
        if let left = state.timeLeft(at: time), state.remaining > 0 {
            facts.append(Fact(text: "about \(DurationText.rough(left)) left"))
        } else {
            facts.append(Fact(text: DurationText.clock(time)))
        }
        return facts
    }

    // MARK: Rows

    private func row(_ row: BatchState.Running, _ columns: Int) -> String {
        var facts = [DurationText.clock(elapsed - row.since)]
        if row.tries > 1 { facts.append("try \(row.tries)") }
        let tail = " " + facts.joined(separator: " ")
        let room = columns - 2 - TerminalText.width(tail)
        guard room >= 4 else { return fitted("\(sign("▸", ">")) \(row.label.printable())", columns) }
        let label = TerminalText.fitted(row.label.printable(), columns: min(room, Self.widestLabel), ellipsis: ellipsis)
        let isWide = columns >= Self.wide
        return "\(sign("▸", ">")) \(isWide ? TerminalText.padded(label, columns: Self.widestLabel) : label)\(tail)"
    }

    private func failure(_ row: BatchState.FailedRow, _ columns: Int) -> String {
        fitted("\(sign("✗", "x")) \(BatchText.failed(row.label, row.failure, row.state))", columns)
    }

    private static let widestLabel = 34
    /// From here on there is room for columns.
    private static let wide = 60

    private func sign(_ sign: String, _ ascii: String) -> String { style.hasUnicode ? sign : ascii }
    private var ellipsis: String { style.hasUnicode ? "…" : "~" }

    private func fitted(_ text: String, _ columns: Int) -> String {
        TerminalText.fitted(text, columns: columns, ellipsis: ellipsis)
    }

    private func paint(_ text: String) -> String { style.hasColor ? "\u{1B}[31m\(text)\u{1B}[0m" : text }
}
