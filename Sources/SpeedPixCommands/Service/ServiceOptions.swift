import ArgumentParser
import SpeedPix

/// Which service a command talks to, and as whom.
struct ServiceOptions: ParsableArguments {
    @Flag var local: LocalMode?

    @Option(
        help: ArgumentHelp(
            "The service; 'local' is the same as --local, 'local=fresh' as --local=fresh.", valueName: "URL"))
    var endpoint: String?

    @Option(help: ArgumentHelp("The profile of speedpix.toml that counts.", valueName: "NAME"))
    var profile: String?

    func validate() throws {
        if let local, let endpoint, endpoint != local.endpoint {
            throw ValidationError("use either --\(local.endpoint) or --endpoint \(endpoint), not both")
        }
    }

    /// What the flags, the environment and the settings files say together. Nothing is started or sent, and no command is run.
    ///
    /// - Parameters:
    ///   - directory: The folder of the script, if there is one: its `speedpix.toml` counts.
    ///   - sendsNothing: Whether no service is needed at all.
    func selection(
        _ context: CommandContext, beside directory: String? = nil, sendsNothing: Bool = false
    ) -> ServiceSelection {
        let reader = SettingsReader(context: context, scriptDirectory: directory)
        var flags: [Setting: (value: String, name: String)] = [:]
        if let endpoint { flags[.endpoint] = (endpoint, "--endpoint") }
        if let profile { flags[.profile] = (profile, "--profile") }
        return ServiceSelection(
            reader, flags: flags, localMode: local ?? endpoint.flatMap { LocalMode(endpoint: $0) },
            isGivenByFlag: local != nil || endpoint != nil, sendsNothing: sendsNothing)
    }
}
