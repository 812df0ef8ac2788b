import ArgumentParser

/// After which time a command gives up.
struct TimeoutOptions: ParsableArguments {
    // A negative number is a number, too, and is refused as one.
    @Option(
        name: .customLong("timeout"), parsing: .unconditional,
        help: ArgumentHelp(
            "Gives up after this time in all, a batch each row; the setting timeout is for one call to the service.",
            valueName: "SECONDS"))
    var seconds: Double?

    /// Nil for no limit of its own.
    var duration: Duration? { seconds.map { .seconds($0) } }

    func validate() throws {
        if let seconds, !(seconds > 0 && seconds <= 1e9) {
            throw ValidationError("--timeout is a positive number of seconds")
        }
    }
}
