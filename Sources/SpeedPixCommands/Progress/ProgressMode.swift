import ArgumentParser

/// How a run shows its progress, on standard error.
enum ProgressMode: String, ExpressibleByArgument, CaseIterable, Sendable {
    /// `tty` on a terminal, else `plain`; nothing beside `--json` unless standard error is a terminal of its own.
    case auto
    /// A header and live rows that are drawn over each other.
    case tty
    /// A line for each change.
    case plain
    /// Nothing; the summary at the end is shown all the same.
    case none

    /// The mode for these streams; never `auto`.
    func resolved(in context: CommandContext, isJSON: Bool) -> ProgressMode {
        guard self == .auto else { return self }
        let isTerminal = context.errorTerminal() != nil
        if isJSON, !isTerminal || context.outputTerminal() != nil { return .none }
        let term = context.environment["TERM"] ?? ""
        return isTerminal && !term.isEmpty && term != "dumb" ? .tty : .plain
    }
}
