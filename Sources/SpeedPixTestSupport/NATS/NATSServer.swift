/// A real nats-server on a free port of this machine, with its data in a temporary folder. Ended when nobody has it any more,
/// and when the tests' process ends, however that comes.
package final class NATSServer: Sendable {
    init() { fatalError() }

    /// Whether nats-server and libnats are here: `./scripts/install-dependencies test`.
    package static let isAvailable = false

    /// Starts a server and returns when it accepts connections.
    ///
    /// - Parameters:
    ///   - jetStream: Whether it has JetStream.
    ///   - configuration: More lines of its configuration file, in which `FOLDER` is the path of the server's folder.
    package static func start(jetStream: Bool = true, configuration: String = "") async throws -> NATSServer {
        fatalError()
    }

    package var port: Int { fatalError() }
    /// `nats://127.0.0.1:PORT`.
    package var url: String { fatalError() }
    /// Where its configuration, log and data are.
    package var folder: String { fatalError() }
    package var log: String { fatalError() }

    /// Ends the server by SIGKILL, as a power cut does, and returns when it has ended.
    package func kill() async { fatalError() }

    /// Starts it again with the same port and folder, after `kill()`, and returns when it accepts connections.
    package func restart(configuration: String? = nil) async throws { fatalError() }

    /// SIGSTOP: it stands still, and connections stay open.
    package func suspend() { fatalError() }

    /// SIGCONT.
    package func resume() { fatalError() }
}
