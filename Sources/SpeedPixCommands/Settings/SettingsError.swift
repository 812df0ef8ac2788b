/// Settings that make no sense, and how to mend them.
struct SettingsError: Error, Equatable {
    /// One sentence, that begins with where the wrong value stands.
    var message: String
    var hint: String?

    /// For a person on a terminal.
    var failure: CommandFailure {
        CommandFailure(.configuration, message, hint: hint)
    }
}
