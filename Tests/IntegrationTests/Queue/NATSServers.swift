import NIOCore
import NIOPosix
import SpeedPixTestSupport

/// One nats-server, or three that keep each message three times.
struct NATSServers {
    let all: [NATSServer]

    /// - Parameter isOpen: Whether they listen at all addresses of this machine, not at 127.0.0.1 alone.
    init(count: Int, isOpen: Bool) async throws {
        let address = isOpen ? "0.0.0.0" : "127.0.0.1"
        guard count > 1 else {
            all = [try await NATSServer.start(address: address)]
            return
        }
        let ports = try await Self.freePorts(count)
        let routes = ports.map { "\"nats://127.0.0.1:\($0)\"" }.joined(separator: ", ")
        // At the same time: one alone waits for the others.
        all = try await withThrowingTaskGroup(of: NATSServer.self) { group in
            for (number, port) in ports.enumerated() {
                group.addTask {
                    // Clients are told of no other addresses than those that they are given, since one of them may be cut off.
                    try await NATSServer.start(
                        address: address,
                        configuration: """
                            server_name: "n\(number)"
                            cluster { name: tests, listen: "127.0.0.1:\(port)", no_advertise: true, routes: [\(routes)] }

                            """)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        // They keep nothing before they have a leader, half a second later.
        while !all.allSatisfy({ $0.log.contains("metadata leader") }) {
            try Task.checkCancellation()
            await Task.yield()
        }
    }

    /// For `--queue`.
    ///
    /// - Parameter host: At which a program reaches them.
    func urls(host: String = "127.0.0.1") -> String {
        all.map { "nats://\(host):\($0.port)" }.joined(separator: ",")
    }

    private static func freePorts(_ count: Int) async throws -> [Int] {
        var channels: [any Channel] = []
        for _ in 0..<count {
            channels.append(
                try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup).bind(host: "127.0.0.1", port: 0)
                    .get())
        }
        let ports = channels.compactMap(\.localAddress?.port)
        for channel in channels { try await channel.close() }
        return ports
    }
}
