package import HTTPTypes
import NIOCore
import NIOPosix
import NIOSSL
import SpeedPix
import SpeedPixTesting
import Synchronization

/// A server for tests between a client and the rest of the world: a proxy, TLS in front of a gateway, or answers of the
/// test's own.
package final class TestRelay: Sendable {
    package enum Role: Sendable {
        /// An HTTP proxy: tunnels, and requests with the whole URL.
        ///
        /// - Parameters:
        ///   - credentials: `USER:PASSWORD` that it asks for; nil for none.
        ///   - isRefusing: Whether it opens no tunnel at all.
        case proxy(credentials: String? = nil, isRefusing: Bool = false)
        /// A SOCKS 5 proxy without a password.
        case socks
        /// In front of an http endpoint; `onAnswer` is called with each request's path and its answer.
        case plain(endpoint: String, onAnswer: @Sendable (String, Answer) -> Void)
        /// TLS in front of an http endpoint, with ``TestCertificates/server``.
        case tls(endpoint: String)
        /// Answers each request by its path and its headers.
        case answers(@Sendable (String, HTTPFields) -> Answer)
    }

    /// What the test has a server answer.
    package struct Answer: Sendable {
        package var status: Int
        package var headers: HTTPFields
        package var body: [UInt8]

        package init(_ status: Int = 200, headers: HTTPFields = [:], body: [UInt8] = []) {
            self.status = status
            self.headers = headers
            self.body = body
        }
    }

    /// The port it listens on, at 127.0.0.1.
    package let port: Int
    private let role: Role
    private let log = Mutex<[String]>([])
    private let connections = CountedState(Connections()) { $0.open }

    private struct Connections {
        var open = 0
        /// The ports of their clients, as far as they were known.
        var clients: Set<Int> = []
    }

    /// Method and target of each request, in the order in which they came: `CONNECT localhost:443`.
    package var requests: [String] { log.withLock { $0 } }

    private init(_ role: Role, port: Int) {
        self.role = role
        self.port = port
    }

    /// Runs one for as long as `body` runs.
    package static func withRunning<Result: Sendable>(
        _ role: Role, isolation: isolated (any Actor)? = #isolation, body: (TestRelay) async throws -> Result
    ) async throws -> Result {
        var tls: NIOSSLContext?
        if case .tls = role { tls = try TestCertificates.serverContext() }
        let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .bind(host: "127.0.0.1", port: 0) { [tls] channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
                    }
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        let relay = TestRelay(role, port: server.channel.localAddress?.port ?? 0)
        let serving = Task {
            try await server.executeThenClose { connections in
                try await withThrowingDiscardingTaskGroup { group in
                    for try await connection in connections {
                        let client = connection.channel.remoteAddress?.port
                        relay.connections.withLock {
                            $0.open += 1
                            if let client { $0.clients.insert(client) }
                        }
                        group.addTask {
                            // A connection that breaks is the client's affair.
                            try? await relay.serve(connection)
                            relay.connections.withLock {
                                $0.open -= 1
                                if let client { $0.clients.remove(client) }
                            }
                        }
                    }
                    group.cancelAll()
                }
            }
        }
        do {
            let result = try await body(relay)
            await end(server.channel, serving)
            return result
        } catch {
            await end(server.channel, serving)
            throw error
        }
    }

    /// Returns when every request of clients that have ended is answered, and no connection is open.
    ///
    /// Connections are accepted in the order in which they were made: when one of its own was, those of the clients were, too.
    package func waitForEndedClients() async throws {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: port).get()
        let own = channel.localAddress?.port ?? 0
        // A channel that its client has closed no longer knows the client's port.
        await connections.wait { $0.clients.contains(own) }
        try await channel.close()
        await connections.wait { $0.open == 0 }
    }

    /// Not by cancelling: what is accepted and not taken up yet would be forgotten, and NIO ends the process for that.
    private static func end(_ channel: any Channel, _ serving: Task<Void, any Error>) async {
        try? await channel.close()
        _ = await serving.result
    }

    private func serve(_ connection: NIOAsyncChannel<ByteBuffer, ByteBuffer>) async throws {
        try await connection.executeThenClose { inbound, outbound in
            var input = RelayInput(inbound)
            if case .socks = role { return try await serveSOCKS(&input, outbound) }
            while let request = try await input.request() {
                log.withLock { $0.append("\(request.method) \(request.target)") }
                if request.method == "CONNECT" {
                    guard let refusal = refusal(of: request) else {
                        let (host, port) = Self.hostAndPort(request.target)
                        return try await tunnel(&input, outbound: outbound, to: host, port: port) {
                            try await outbound.write(ByteBuffer(string: "HTTP/1.1 200 Connected\r\n\r\n"))
                        }
                    }
                    try await outbound.write(refusal.written)
                } else {
                    try await outbound.write(try await answer(request).written)
                }
            }
        }
    }

    // MARK: Requests

    /// Nil if a proxy does as it is asked.
    private func refusal(of request: RelayInput.Request) -> Answer? {
        guard case .proxy(let credentials, let isRefusing) = role else { return Answer(405) }
        if let credentials, request.headers[.proxyAuthorization] != "Basic \(base64(credentials))" {
            return Answer(407, headers: [.proxyAuthenticate: "Basic realm=\"test\""])
        }
        return isRefusing ? Answer(403) : nil
    }

    private func answer(_ request: RelayInput.Request) async throws -> Answer {
        switch role {
        case .socks: return Answer(400)
        case .answers(let answer): return answer(request.target, request.headers)
        case .plain(let endpoint, let onAnswer):
            let answer = try await forward(request, to: endpoint + request.target, isTLS: false)
            onAnswer(request.target, answer)
            return answer
        case .tls(let endpoint): return try await forward(request, to: endpoint + request.target, isTLS: true)
        case .proxy:
            guard request.target.hasPrefix("http://") else { return Answer(400) }
            if let refusal = refusal(of: request) { return refusal }
            return try await forward(request, to: request.target, isTLS: false)
        }
    }

    private func forward(_ request: RelayInput.Request, to url: String, isTLS: Bool) async throws -> Answer {
        var headers = request.headers
        for name: HTTPField.Name in [.contentLength, .connection, .proxyAuthorization] { headers[name] = nil }
        if isTLS, let name = HTTPField.Name("X-Forwarded-Proto") { headers[name] = "https" }
        let response = try await AsyncHTTPTransport.shared.send(
            TransportRequest(
                method: HTTPRequest.Method(request.method) ?? .get, url: url, headers: headers,
                body: request.body.isEmpty ? .none : .bytes(request.body), timeout: .seconds(60)))
        var answer = Answer(response.status.code, headers: response.headers)
        if response.isDecoded {
            for name: HTTPField.Name in [.contentEncoding, .contentLength] { answer.headers[name] = nil }
        }
        for try await chunk in response.body { answer.body += chunk.readableBytesView }
        return answer
    }

    // MARK: Tunnels

    /// Hands on bytes both ways until one side ends.
    private func tunnel(
        _ input: inout RelayInput, outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>, to host: String, port: Int,
        confirm: () async throws -> Void
    ) async throws {
        let upstream = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: host, port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        try await confirm()
        try await upstream.executeThenClose { back, forth in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for try await chunk in back { try await outbound.write(chunk) }
                    outbound.finish()
                }
                while let chunk = try await input.next() { try await forth.write(chunk) }
                forth.finish()
                try await group.waitForAll()
            }
        }
    }

    /// RFC 1928, with a host name and without authentication.
    private func serveSOCKS(
        _ input: inout RelayInput, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) async throws {
        let greeting = try await input.bytes(2)
        _ = try await input.bytes(Int(greeting[1]))
        try await outbound.write(ByteBuffer(bytes: [5, 0]))
        let head = try await input.bytes(5)
        guard head[3] == 3 else { return }
        let host = String(decoding: try await input.bytes(Int(head[4])), as: UTF8.self)
        let port = try await input.bytes(2).reduce(0) { $0 << 8 | Int($1) }
        log.withLock { $0.append("SOCKS \(host):\(port)") }
        try await tunnel(&input, outbound: outbound, to: host, port: port) {
            try await outbound.write(ByteBuffer(bytes: [5, 0, 0, 1, 0, 0, 0, 0, 0, 0]))
        }
    }

    private static func hostAndPort(_ target: String) -> (String, Int) {
        let parts = target.split(separator: ":")
        return (String(parts.first ?? ""), parts.last.flatMap { Int($0) } ?? 0)
    }
}

extension TestRelay.Answer {
    /// As bytes of HTTP/1.1, with a length.
    fileprivate var written: ByteBuffer {
        var buffer = ByteBuffer(string: "HTTP/1.1 \(status) -\r\n")
        for field in headers where field.name != .contentLength && field.name != .transferEncoding {
            buffer.writeString("\(field.name): \(field.value)\r\n")
        }
        buffer.writeString("Content-Length: \(headers[.contentLength] ?? String(body.count))\r\n\r\n")
        buffer.writeBytes(body)
        return buffer
    }
}
