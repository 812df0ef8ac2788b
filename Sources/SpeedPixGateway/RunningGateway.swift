/// A gateway that listens.
public struct RunningGateway: Sendable {
    /// What goes into `SPEEDPIX_ENDPOINT`: `http://127.0.0.1:PORT`, or ``GatewayConfiguration/publicURL``.
    public let endpoint: String
    /// How this machine reaches it, whatever is in front of it.
    package let localEndpoint: String
    /// The port it listens on.
    public let port: Int
    /// The application key it knows.
    public let appKey: String
    /// Why it keeps everything in a temporary folder, and nothing in the data directory; nil if the data directory is used, or
    /// none was asked for. See ``GatewayConfiguration/fallsBackToTemporary``.
    package let refusal: String?
    /// What it refuses of a create before the values of inputs count.
    package let createCheck: CreateCheck
    /// The servers of ComfyUI that it uses; nil without.
    package let comfyUI: ComfyUIServers?
    /// Where its console is opened; nil without one, and where it has no address at which it could be: other machines reach
    /// it, and ``GatewayConfiguration/publicURL`` is not set.
    package let console: ConsoleLink?
}
