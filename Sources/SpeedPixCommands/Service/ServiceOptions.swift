import ArgumentParser
import SpeedPix

/// Which service a command talks to, and as whom.
struct ServiceOptions: ParsableArguments {
    @Flag(help: "Use a gateway inside this process: no account, no network, nothing to pay.")
    var local = false

    @Option(help: ArgumentHelp("The service; 'local' is the same as --local.", valueName: "URL"))
    var endpoint: String?

    func validate() throws {
        if local, let endpoint, endpoint != LocalGateway.name {
            throw ValidationError("--local and --endpoint \(endpoint) exclude each other")
        }
    }

    /// Whether what is created ends with this process.
    func isLocal(_ context: CommandContext) -> Bool {
        local || (endpoint ?? context.environment[Configuration.Variable.endpoint]) == LocalGateway.name
    }

    /// Runs `body` with what a client needs; for `--local` a gateway runs as long.
    ///
    /// - Throws: ``CommandFailure`` with ``ExitStatus/configuration`` if credentials are missing or wrong.
    func withConfiguration<Result>(
        _ context: CommandContext, _ body: (Configuration) async throws -> Result
    ) async throws -> Result {
        if isLocal(context) { return try await LocalGateway.withClientConfiguration(context, body) }
        return try await body(try configuration(context))
    }

    private func configuration(_ context: CommandContext) throws -> Configuration {
        do {
            return try Configuration(environment: context.environment, endpoint: endpoint)
        } catch let error as SpeedPixError {
            let isMissing = error.message.hasSuffix("is missing")
            throw CommandFailure(
                .configuration,
                isMissing
                    ? """
                    \(error.message). There are two ways out:
                      export SPEEDPIX_APP_KEY=… SPEEDPIX_APP_SECRET=…    with the values from the console
                      speedpix run … --local                            no account: a gateway on this machine
                    """ : ErrorText.describe(error))
        }
    }
}
