import SystemPackage

/// The folder where journals of runs lie.
struct JournalFolder: Sendable, Equatable {
    let path: String
    /// What a command line needs to find it again, if this one has named it: ` --state DIR`; else nothing.
    let option: String
    /// Whether scripts work in this folder, or below it.
    private let isShared: Bool

    /// `--state`, else `SPEEDPIX_STATE`, else the user's folder for state (the XDG base directory specification), else, where
    /// there is no home as in cron, `.speedpix` beside the script.
    ///
    /// - Parameters:
    ///   - given: What the command line says.
    ///   - directory: The script's folder; the working folder counts if it has none.
    init(_ given: String?, beside directory: String?, _ context: CommandContext) {
        let named = given.flatMap { $0.isEmpty ? nil : $0 }
        option = named.map { " --state \(ShellText.quoted($0))" } ?? ""
        if let chosen = named ?? context.variable(LocalDataFolder.variable) {
            path = context.absolute(chosen)
        } else if let base = BaseDirectories(context.environment, home: context.variable("HOME")).state {
            path = base.appending("speedpix").string
        } else {
            path = FilePath(directory ?? context.workingDirectory).appending(".speedpix").string
        }
        let folder = FilePath(path)
        isShared = [directory, context.workingDirectory].contains { FilePath($0 ?? "").starts(with: folder) }
    }

    /// What scripts may neither read nor write: the database with the files that SQLite puts beside it, and the folder, unless
    /// it is one that scripts work in.
    var withheld: [String] {
        let file = FilePath(path).appending("journal.sqlite").string
        return [file, "\(file)-wal", "\(file)-shm"] + (isShared ? [] : [path])
    }
}
