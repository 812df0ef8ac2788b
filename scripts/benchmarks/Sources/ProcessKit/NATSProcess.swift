import Foundation

/// A nats-server with JetStream, in a process of its own.
public struct NATSProcess {
    /// For `--queue`.
    public let url: String
    private let process: ChildProcess

    /// - Parameter folder: Where it keeps its streams.
    public init(in folder: String) throws {
        // Debian has it in a folder that only root's PATH names.
        let path = (ProcessInfo.processInfo.environment["PATH"] ?? "") + ":/usr/sbin"
        process = try ChildProcess(
            "/usr/bin/env",
            [
                "nats-server", "--addr", "127.0.0.1", "--port", "-1", "--jetstream", "--store_dir", folder,
                "--log", "/dev/stdout",
            ], environment: ["PATH": path])
        var line = ""
        repeat {
            line = try process.nextLine()
            guard !line.isEmpty else { throw ChildProcess.Failure(message: "nats-server did not start") }
        } while !line.contains("Listening for client connections")
        url = "nats://" + (line.split(separator: " ").last ?? "")
    }

    /// Ends it.
    public func stop() {
        process.terminate()
    }
}
