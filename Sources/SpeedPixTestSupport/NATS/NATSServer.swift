import Dispatch
import Synchronization

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A real nats-server on a free port of this machine, with its data in a temporary folder. Ended when nobody has it any more,
/// and when the tests' process ends, however that comes.
package final class NATSServer: Sendable {
    /// What went wrong, with the server's own words.
    package struct Problem: Error, CustomStringConvertible {
        package var description: String
    }

    private struct State {
        var process: ServerProcess?
        var port = 0
        var configuration: String
        /// What ended processes have logged.
        var log = ""
    }

    /// Whether nats-server and libnats are here: `./scripts/install-dependencies test`.
    package static let isAvailable = ServerProcess.find("nats-server") != nil && hasLibrary

    private static let hasLibrary: Bool = {
        let names =
            (4..<40).map { "libnats.so.3.\($0)" } + [
                "libnats.so", "libnats.dylib", "/opt/homebrew/lib/libnats.dylib", "/usr/local/lib/libnats.dylib",
            ]
        return names.contains { dlopen($0, RTLD_LAZY | RTLD_LOCAL) != nil }
    }()

    private let temporary: TemporaryFolder
    private let hasJetStream: Bool
    private let address: String
    private let state: Mutex<State>

    private init(jetStream: Bool, address: String, configuration: String) throws {
        temporary = try TemporaryFolder()
        self.address = address
        hasJetStream = jetStream
        state = Mutex(State(configuration: configuration))
    }

    deinit { state.withLock { $0.process }?.end() }

    /// Starts a server and returns when it accepts connections.
    ///
    /// - Parameters:
    ///   - jetStream: Whether it has JetStream.
    ///   - files: Files of its folder, such as certificates, by their names.
    ///   - address: Where it listens; 0.0.0.0 for all addresses of this machine.
    ///   - configuration: More lines of its configuration file, in which `FOLDER` is the path of the server's folder.
    package static func start(
        jetStream: Bool = true, files: [String: String] = [:], address: String = "127.0.0.1", configuration: String = ""
    ) async throws -> NATSServer {
        let server = try NATSServer(jetStream: jetStream, address: address, configuration: configuration)
        for (name, text) in files { try server.temporary.write(text, to: name) }
        try await server.launch()
        return server
    }

    package var port: Int { state.withLock { $0.port } }
    /// `nats://127.0.0.1:PORT`.
    package var url: String { "nats://127.0.0.1:\(port)" }
    /// Where its configuration and data are.
    package var folder: String { temporary.path }
    /// What it has logged since it was first started.
    package var log: String { state.withLock { $0.log + ($0.process?.output ?? "") } }

    /// Ends the server by SIGKILL, as a power cut does, and returns when it has ended.
    package func kill() async {
        guard let process = state.withLock({ $0.process }) else { return }
        process.end()
        await process.ended()
        state.withLock { state in
            state.log += process.output
            state.process = nil
        }
    }

    /// Starts it again with the same port and folder, after `kill()`, and returns when it accepts connections.
    ///
    /// - Parameter configuration: Nil: as it was.
    package func restart(configuration: String? = nil) async throws {
        if let configuration { state.withLock { $0.configuration = configuration } }
        try await launch()
    }

    /// SIGSTOP: it stands still when this returns, and connections stay open.
    package func suspend() { state.withLock { $0.process }?.suspend() }

    /// SIGCONT.
    package func resume() { state.withLock { $0.process }?.signal(SIGCONT) }

    private func launch() async throws {
        let (port, lines) = state.withLock { ($0.port, $0.configuration) }
        let jetStream = hasJetStream ? "jetstream { store_dir: \"\(folder)/data\" }\n" : ""
        let text =
            jetStream + lines.split(separator: "FOLDER", omittingEmptySubsequences: false).joined(separator: folder)
        let path = try temporary.write(text + "\n", to: "nats.conf")
        guard let program = ServerProcess.find("nats-server") else {
            throw Problem(description: "nats-server is not installed: ./scripts/install-dependencies test")
        }
        let process = try ServerProcess(
            program, ["-a", address, "-p", port == 0 ? "-1" : "\(port)", "-c", path], isReady: "Server is ready")
        guard await process.ready() else {
            throw Problem(description: "nats-server did not start:\n\(process.output)")
        }
        let listening = process.output.split(separator: "\n").first {
            $0.contains("Listening for client connections on")
        }
        guard let number = listening?.split(separator: ":").last.flatMap({ Int($0) }) else {
            process.end()
            throw Problem(description: "nats-server does not say its port:\n\(process.output)")
        }
        state.withLock { ($0.process, $0.port) = (process, number) }
    }
}
