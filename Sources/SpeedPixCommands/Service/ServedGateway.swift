import SpeedPix
import SpeedPixGateway

/// The gateway that `speedpix serve` runs on the user's data folder, as who may use it there: where nothing says which service is
/// meant, it is this one.
struct ServedGateway: Sendable {
    /// Bytes. Addresses, keys and secrets are shorter.
    private static let largestFile = 4096

    let endpoint: String
    let appKey: String
    let secret: String

    /// Nil if none runs, or if its secret was given to it: whoever knows it has to give it to others, too.
    ///
    /// - Throws: ``SettingsError`` if others may read or change its files.
    init?(_ context: CommandContext) throws(SettingsError) {
        guard let directory = try? GatewayDataOptions.parse([]).folder(context) else { return nil }
        let access = GatewayAccess(directory: directory)
        guard access.isRunning,
            let endpoint = try Self.lines(of: access.endpointFile, holding: "the gateway's address").first,
            case let credentials = try Self.lines(of: access.credentialsFile, holding: "the gateway's secret"),
            credentials.count == 2
        else { return nil }
        self.endpoint = endpoint
        appKey = credentials[0]
        secret = credentials[1]
    }

    private static func lines(of path: String, holding content: String) throws(SettingsError) -> [String] {
        guard let file = try PrivateFile(path, limit: largestFile) else { return [] }
        try file.checkIsPrivate(holding: content)
        return file.text.split(whereSeparator: \.isNewline).map(String.init)
    }
}
