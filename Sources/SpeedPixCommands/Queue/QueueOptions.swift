import ArgumentParser
import SpeedPixQueue

/// Which NATS a command about batches talks to.
struct QueueOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where NATS is; of a cluster several, with commas. Otherwise the setting nats_url. Credentials come from the"
                + " settings alone.", valueName: "URL"))
    var queue: String?

    @Option(help: ArgumentHelp("The profile of speedpix.toml that counts.", valueName: "NAME"))
    var profile: String?

    func validate() throws {
        if queue?.isEmpty == true { throw ValidationError("--queue looks like nats://HOST:4222") }
    }

    /// - Throws: ``CommandFailure``.
    func target(_ context: CommandContext) throws -> QueueTarget {
        var flags: [Setting: (value: String, name: String)] = [:]
        if let profile { flags[.profile] = (profile, "--profile") }
        return try ServiceSelection(
            SettingsReader(context: context), flags: flags, localMode: nil, isGivenByFlag: false, sendsNothing: false
        ).nats(queue)
    }

    /// Runs `body` with the queue, where there are batches.
    ///
    /// - Throws: ``CommandFailure``; what `body` throws.
    func withAccess<Result>(
        _ context: CommandContext, isQuiet: Bool = false, _ body: (QueueAccess, QueueTarget) async throws -> Result
    ) async throws -> Result {
        let target = try target(context)
        return try await QueueSession.run(target, in: context, isQuiet: isQuiet) { access in
            try await QueueSetup.checkExists(access.jetStream)
            return try await body(access, target)
        }
    }

    /// - Throws: `ValidationError` for a text that no batch has as its name.
    static func name(_ text: String) throws -> BatchName {
        guard let name = BatchName(text) else { throw ValidationError(BatchName.rule) }
        return name
    }
}
