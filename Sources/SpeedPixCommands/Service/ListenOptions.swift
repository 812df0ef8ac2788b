import ArgumentParser
import SpeedPix
import SpeedPixGateway

/// Where a gateway listens, and how others reach it.
struct ListenOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Address to listen on. One that other machines reach needs a secret that is given, and --public-url or"
                + " --tls-cert.", valueName: "ADDRESS"))
    var host = "127.0.0.1"

    @Option(help: "Port to listen on; 0 is any free one.")
    var port = 8187

    @Option(
        name: .customLong("public-url"),
        help: ArgumentHelp(
            "How clients reach it through a server that ends TLS, such as https://gateway.example.", valueName: "URL"),
        transform: ListenOptions.url)
    var publicURL: String?

    @Option(
        name: .customLong("tls-cert"),
        help: ArgumentHelp("PEM file with the certificate, to speak TLS without another server.", valueName: "FILE"),
        completion: .file(extensions: ["pem", "crt"]))
    var certificate: String?

    @Option(
        name: .customLong("tls-key"), help: ArgumentHelp("PEM file with its private key.", valueName: "FILE"),
        completion: .file(extensions: ["pem", "key"]))
    var key: String?

    /// Whether other machines can reach the address.
    private var isPublic: Bool { !(host == "localhost" || host.hasPrefix("127.") || host == "::1") }

    func validate() throws {
        guard !host.isEmpty else { throw ValidationError("--host is empty") }
        guard (0...65_535).contains(port) else { throw ValidationError("a port is a number from 0 to 65535") }
        guard (certificate == nil) == (key == nil) else {
            throw ValidationError("--tls-cert and --tls-key go together")
        }
    }

    /// Puts it into the configuration of a gateway.
    ///
    /// - Parameter hasSecret: Whether the application secret was given, and not made up.
    /// - Throws: ``CommandFailure`` for an address that others reach without what protects it.
    func apply(to gateway: inout GatewayConfiguration, hasSecret: Bool, _ context: CommandContext) throws {
        if isPublic {
            guard hasSecret else {
                throw CommandFailure(
                    .usage, "other machines reach \(host), and the application secret is made up".printable(),
                    hint: "give one with --app-secret or SPEEDPIX_APP_SECRET")
            }
            guard publicURL != nil || certificate != nil else {
                throw CommandFailure(
                    .usage, "other machines reach \(host), and what is sent there can be read on the way".printable(),
                    hint: "name the server in front with --public-url https://…, or give --tls-cert and --tls-key")
            }
        }
        gateway.host = host
        gateway.port = port
        gateway.publicURL = publicURL
        if let certificate, let key {
            gateway.tls = GatewayTLS(
                certificateFile: context.absolute(certificate), keyFile: context.absolute(key))
        }
    }

    private static func url(_ text: String) throws -> String {
        guard let url = PublicURL.checked(text) else {
            throw ValidationError("\"\(text)\" is not https:// with a host and perhaps a port, and nothing behind")
        }
        return url
    }
}
