import ArgumentParser
import SpeedPix
import SpeedPixGateway

/// Which gateway a command publishes at.
struct AdminOptions: ParsableArguments {
    /// Bytes. Addresses and tokens are shorter.
    private static let largestFile = 4096

    @OptionGroup var folder: GatewayDataOptions

    @Option(
        help: ArgumentHelp(
            "The gateway's address; if not given, the one that runs on the data folder.", valueName: "URL"))
    var gateway: String?

    @Option(
        help: ArgumentHelp("A file with its admin token, which only you may read.", valueName: "FILE"),
        completion: .file())
    var adminTokenFile: String?

    func validate() throws {
        guard (gateway == nil) == (adminTokenFile == nil) else {
            throw ValidationError("--gateway and --admin-token-file go together")
        }
        guard let gateway else { return }
        guard let target = RequestTarget(gateway), !gateway.contains("@"), !gateway.contains("?") else {
            throw ValidationError("\"\(gateway)\" is not a gateway's address, such as https://gateway.example")
        }
        let isHere = ["localhost", "::1"].contains(target.host) || target.host.hasPrefix("127.")
        guard target.scheme == "https" || isHere else {
            throw ValidationError("the admin token can be read on the way to \(gateway): use https://")
        }
    }

    /// Runs `body` with the gateway's own routes; what they refuse ends the command.
    func withClient(_ context: CommandContext, _ body: (AdminClient) async throws -> Void) async throws {
        let client = try client(context)
        do {
            try await body(client)
        } catch let refusal as AdminRefusal {
            throw CommandFailure(refusal)
        }
    }

    private func client(_ context: CommandContext) throws -> AdminClient {
        if let gateway, let adminTokenFile {
            let token = try text(of: context.absolute(adminTokenFile), holding: "the admin token")
            guard let token else {
                throw CommandFailure(.configuration, "there is no file \(adminTokenFile)".printable())
            }
            var endpoint = gateway
            while endpoint.hasSuffix("/") { endpoint.removeLast() }
            return AdminClient(endpoint: endpoint, token: Secret(token))
        }
        guard let directory = folder.folder(context) else {
            throw CommandFailure(
                .usage, "there is no data folder that lasts",
                hint: "name the one of serve with --data DIR, or the gateway with --gateway URL")
        }
        let access = GatewayAccess(directory: directory)
        guard access.isRunning, let endpoint = try text(of: access.endpointFile, holding: "the gateway's address"),
            let token = try text(of: access.tokenFile, holding: "the admin token")
        else {
            throw CommandFailure(
                .failure, "no gateway runs on \(directory)".printable(),
                hint: "start it with speedpix serve, or name one with --gateway URL --admin-token-file FILE")
        }
        return AdminClient(endpoint: endpoint, token: Secret(token))
    }

    /// - Returns: Nil if there is no such file.
    /// - Throws: ``CommandFailure``, also if others may read or change it.
    private func text(of path: String, holding content: String) throws -> String? {
        do throws(SettingsError) {
            guard let file = try PrivateFile(path, limit: Self.largestFile) else { return nil }
            try file.checkIsPrivate(holding: content)
            return file.text.trimming(while: \.isWhitespace)
        } catch {
            throw CommandFailure(.configuration, error.message, hint: error.hint)
        }
    }
}
