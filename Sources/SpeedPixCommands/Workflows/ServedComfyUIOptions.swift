import ArgumentParser
import ComfyUI
import SpeedPix
import SpeedPixGateway

/// At which servers of ComfyUI a gateway runs published workflows, and how.
struct ServedComfyUIOptions: ParsableArguments {
    @Option(
        name: .customLong("comfyui"),
        help: ArgumentHelp(
            "A server of ComfyUI, or several with commas between; if not given, those at ports 8188 and 8000 of this"
                + " machine; none for none.", valueName: "URL"))
    var addresses: [String] = []

    @Option(help: ArgumentHelp("Predictions that one server has at a time; 1 if not given.", valueName: "N"))
    var perServer: Int?

    @Option(
        help: ArgumentHelp("How long a prediction at ComfyUI may take; 1h if not given.", valueName: "TIME"),
        transform: ServedComfyUIOptions.duration)
    var timeLimit: Duration?

    @Option(
        help: ArgumentHelp(
            "How long nothing may be heard of one that runs, until it is run once more; 10m if not given.",
            valueName: "TIME"),
        transform: ServedComfyUIOptions.duration)
    var stall: Duration?

    @Flag(help: "Leaves what has run in ComfyUI's history; otherwise it goes once its results are stored.")
    var leaveHistory = false

    @Flag(help: "Takes the workflow out of the PNGs that ComfyUI saves.")
    var stripMetadata = false

    @Option(
        help: ArgumentHelp(
            "A file with a key of comfy.org, which only you may read: workflows may have nodes that spend its credits.",
            valueName: "FILE"),
        completion: .file())
    var partnerNodes: String?

    func validate() throws {
        guard perServer ?? 1 > 0 else { throw ValidationError("--per-server is a number of predictions, 1 or more") }
    }

    private static func duration(_ text: String) throws -> Duration {
        guard let duration = DurationArgument.duration(text) else {
            throw ValidationError("\"\(text)\" is not a time: write 90s, 10m or 2h")
        }
        return duration
    }

    /// What a gateway is told of it; nil without a server.
    ///
    /// - Throws: ``CommandFailure``.
    func configuration(_ context: CommandContext) async throws -> ComfyUIConfiguration? {
        let servers: [ComfyUIServerAddress]
        let isAssumed: Bool
        let key: Secret?
        do {
            let reader = SettingsReader(context: context)
            let settings = try ResolvedSettings(environment: context.environment, files: try reader.files())
            let targets = try ComfyUITargets(addresses, settings, reader)
            isAssumed = !targets.isGiven
            servers = targets.isGiven ? targets.addresses : ComfyUITargets.assumed
            key = try partnerKey(context)
        } catch let error as SettingsError {
            throw CommandFailure(.configuration, error.message, hint: error.hint)
        }
        guard !servers.isEmpty else { return nil }
        var configuration = ComfyUIConfiguration(servers: servers)
        if let perServer { configuration.predictionsPerServer = perServer }
        if let timeLimit { configuration.timeLimit = timeLimit }
        if let stall { configuration.stallLimit = stall }
        configuration.isAssumed = isAssumed
        configuration.leavesHistory = leaveHistory
        configuration.stripsMetadata = stripMetadata
        configuration.partnerKey = key
        return configuration
    }

    /// Bytes of a file with a key.
    private static let largestFile = 64 << 10

    private func partnerKey(_ context: CommandContext) throws -> Secret? {
        guard let partnerNodes else { return nil }
        let path = context.absolute(partnerNodes)
        guard let file = try PrivateFile(path, limit: Self.largestFile) else {
            throw CommandFailure(.usage, "there is no file \(path)".printable())
        }
        try file.checkIsPrivate(holding: "the key of comfy.org")
        let key = file.text.trimming(while: \.isWhitespace)
        guard !key.isEmpty, !key.contains(where: \.isNewline) else {
            throw CommandFailure(.usage, "\(path) must have the key and nothing else".printable())
        }
        return Secret(key)
    }
}
