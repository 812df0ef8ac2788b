import SpeedPixLua

/// What a run works with only if it is a dry run.
struct DryRun: Sendable {
    /// What would have been done.
    let list: DryRunList
    /// Takes what the script writes.
    let overlay: FileOverlay

    init(_ context: CommandContext) {
        list = DryRunList(context)
        overlay = Self.makeOverlay(context)
    }

    /// One for each script that would write.
    static func makeOverlay(_ context: CommandContext) -> FileOverlay {
        FileOverlay(temporaryDirectory: context.environment["TMPDIR"] ?? "/tmp")
    }
}
