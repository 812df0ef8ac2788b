import ArgumentParser

/// What `run` and `batch` have in common: what a script may create, and what is shown of it.
struct ScriptRunOptions: ParsableArguments {
    @Flag(
        name: .customLong("dry-run"),
        help:
            "Lists what would be created, uploaded and changed in files; sends and changes nothing. Needs no credentials."
    )
    var dryRun = false

    // A negative number is a number, too, and is refused as one.
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Stops a script before it creates more predictions than this; of a batch, each row's. It counts anew in each attempt:"
                + " with --resume, what attempts before have created does not count.", valueName: "N"))
    var limit: Int?

    @Flag(help: "Shows what scripts log with log.debug, too.")
    var verbose = false

    func validate() throws {
        if let limit, limit < 0 { throw ValidationError("--limit is a number of predictions, 0 or more") }
    }
}
