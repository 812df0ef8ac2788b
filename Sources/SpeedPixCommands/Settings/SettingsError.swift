/// Settings that make no sense, and how to mend them.
struct SettingsError: Error, Equatable {
    /// One sentence, with the place it is about.
    var message: String
    var hint: String?

    /// For a person on a terminal.
    var failure: CommandFailure {
        CommandFailure(.configuration, message, hint: hint)
    }
}
