import HTTPTypes
import SpeedPix
import SpeedPixGateway
import SpeedPixTestSupport
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Signed calls, uploads and downloads on their way through proxies, to a gateway behind TLS and to one without.
@Suite("Routes through a proxy", .timeLimit(.minutes(2)))
struct ProxyRouteTests {
    /// A gateway, TLS in front of it, and a proxy.
    private struct Network: Sendable {
        let gateway: TestGateway
        let tls: TestRelay
        let proxy: TestRelay

        var httpsEndpoint: String { "https://localhost:\(tls.port)" }

        /// A client that goes through the proxy for everything but `exceptions`, and trusts the company's authority.
        func client(
            _ endpoint: String, credentials: String = "", scheme: String = "http", exceptions: String = "<-loopback>",
            authority: String? = TestCertificates.company
        ) throws -> SpeedPixClient {
            let proxy = try Proxy("\(scheme)://\(credentials)127.0.0.1:\(proxy.port)")
            return try client(endpoint, proxy: proxy, exceptions: exceptions, authority: authority)
        }

        func client(
            _ endpoint: String, proxy: Proxy, exceptions: String, authority: String?
        ) throws -> SpeedPixClient {
            var configuration = try SpeedPixClient.Configuration(
                appKey: TestGateway.key, appSecret: TestGateway.secret.revealed, endpoint: endpoint)
            configuration.network.proxies = ProxySettings(proxy, exceptions: ProxyExceptions(exceptions))
            if let authority {
                let path = FileManager.default.temporaryDirectory.appending(path: "speedpix-\(UUID().uuidString).pem")
                    .path
                try Data(authority.utf8).write(to: URL(filePath: path))
                defer { try? FileManager.default.removeItem(atPath: path) }
                try configuration.network.trust.add(certificatesIn: path)
            }
            let date = gateway.date
            return SpeedPixClient(
                configuration, dependencies: ClientDependencies(clock: ImmediateClock(), now: { date.now }))
        }
    }

    private func run(
        proxy role: TestRelay.Role = .proxy(), body: @Sendable (Network) async throws -> Void
    ) async throws {
        try await TestGateway.run { gateway in
            try await TestRelay.withRunning(.tls(endpoint: gateway.endpoint)) { tls in
                try await TestRelay.withRunning(role) { proxy in
                    try await body(Network(gateway: gateway, tls: tls, proxy: proxy))
                }
            }
        }
    }

    /// Uploads a file, creates a prediction with it, waits, and reads the file that it gives.
    private func roundTrip(_ client: SpeedPixClient) async throws -> [UInt8] {
        let done = try await client.run("echo", input: ["image": .bytes(Array("a photo".utf8), filename: "a.txt")])
        return try await client.files.read(#require(done.files.first).url)
    }

    private func error(_ operation: () async throws -> Void) async throws -> SpeedPixError {
        try #require(await #expect(throws: SpeedPixError.self) { try await operation() })
    }

    // MARK: Routes

    @Test(
        "A proxy for an https endpoint is used with tunnels for calls, uploads and downloads")
    func tunnels() async throws {
        try await run { network in
            let client = try network.client(network.httpsEndpoint)
            #expect(try await roundTrip(client) == Array("a photo".utf8))
            #expect(!network.proxy.requests.isEmpty)
            #expect(network.proxy.requests.allSatisfy { $0 == "CONNECT localhost:\(network.tls.port)" })
            let seen = network.tls.requests
            for part in [
                "POST /scc/sp_create_temp_file_upload_sign", "PUT /files/uploads/", "POST /scc/comfy_prompt",
                "POST /scc/comfy_get_result", "GET /files/results/",
            ] {
                #expect(seen.contains { $0.hasPrefix(part) }, "\(part): \(seen)")
            }
        }
    }

    @Test("A proxy for an http endpoint gets whole URLs and no request for a tunnel")
    func wholeURLs() async throws {
        try await run { network in
            let endpoint = network.gateway.endpoint
            let client = try network.client(endpoint)
            #expect(try await roundTrip(client) == Array("a photo".utf8))
            let seen = network.proxy.requests
            for part in [
                "POST \(endpoint)/scc/comfy_prompt", "PUT \(endpoint)/files/uploads/",
                "GET \(endpoint)/files/results/",
            ] {
                #expect(seen.contains { $0.hasPrefix(part) }, "\(part): \(seen)")
            }
            #expect(!seen.contains { $0.hasPrefix("CONNECT") })
        }
    }

    @Test("A SOCKS proxy is used for https and http endpoints and resolves the names")
    func socks() async throws {
        try await run(proxy: .socks) { network in
            let https = try network.client(network.httpsEndpoint, scheme: "socks5")
            #expect(try await roundTrip(https) == Array("a photo".utf8))
            let endpoint = "http://localhost:\(network.gateway.endpoint.split(separator: ":").last ?? "")"
            let client = try network.client(endpoint, scheme: "socks5h")
            #expect(try await roundTrip(client) == Array("a photo".utf8))
            let seen = Set(network.proxy.requests)
            #expect(seen == ["SOCKS localhost:\(network.tls.port)", "SOCKS \(endpoint.dropFirst("http://".count))"])
        }
    }

    @Test("A proxy is not used for exceptions and, unless told otherwise, for this machine")
    func exceptions() async throws {
        try await run { network in
            for exceptions in ["", "other.test", "<-loopback>,localhost:\(network.tls.port)", "<-loopback>,*"] {
                let client = try network.client(network.httpsEndpoint, exceptions: exceptions)
                #expect(try await roundTrip(client) == Array("a photo".utf8))
            }
            #expect(network.proxy.requests.isEmpty)
        }
    }

    // MARK: Credentials

    @Test("A proxy gets the user name and password of its URL")
    func credentials() async throws {
        try await run(proxy: .proxy(credentials: "user:p@ss word")) { network in
            for endpoint in [network.httpsEndpoint, network.gateway.endpoint] {
                let client = try network.client(endpoint, credentials: "user:p%40ss%20word@")
                #expect(try await roundTrip(client) == Array("a photo".utf8))
            }
        }
    }

    @Test(
        "A proxy that refuses the credentials is named without the password, and nothing is sent",
        arguments: [
            ("", "wants a user name and a password (HTTP 407)"),
            ("user:hunter2pass@", "refuses the user name and the password in its URL (HTTP 407)"),
        ])
    func refusedCredentials(_ credentials: String, _ message: String) async throws {
        try await run(proxy: .proxy(credentials: "user:right")) { network in
            for endpoint in [network.httpsEndpoint, network.gateway.endpoint] {
                let client = try network.client(endpoint, credentials: credentials)
                let error = try await error { _ = try await client.predictions.create("echo", input: [:]) }
                #expect(error.code == .network)
                #expect(error.message.contains("the proxy http://127.0.0.1:\(network.proxy.port) \(message)"))
                #expect(!"\(error)\(error.cause.map { "\($0)" } ?? "")".contains("hunter2pass"))
            }
            #expect(network.tls.requests.isEmpty)
        }
    }

    @Test("A proxy that refuses the tunnel is named with the host")
    func refusedTunnel() async throws {
        try await run(proxy: .proxy(isRefusing: true)) { network in
            let client = try network.client(network.httpsEndpoint)
            let error = try await error { _ = try await client.predictions.create("echo", input: [:]) }
            #expect(error.code == .network)
            #expect(error.message.contains("does not connect to localhost:\(network.tls.port)"))
        }
    }

    @Test("A proxy that does not answer is named")
    func noProxy() async throws {
        try await run { network in
            // Nobody listens on a port that was free a moment ago.
            let port = try await TestRelay.withRunning(.socks) { $0.port }
            let proxy = try Proxy("http://127.0.0.1:\(port)")
            for endpoint in [network.httpsEndpoint, network.gateway.endpoint] {
                let client = try network.client(
                    endpoint, proxy: proxy, exceptions: "<-loopback>", authority: TestCertificates.company)
                let error = try await error { _ = try await client.predictions.create("echo", input: [:]) }
                #expect(error.code == .network)
                #expect(error.message.contains("through the proxy http://127.0.0.1:\(port): "))
            }
        }
    }

    // MARK: Certificates

    @Test(
        "A server with an untrusted certificate gets no call, with and without a proxy",
        arguments: [nil, TestCertificates.other])
    func untrusted(_ authority: String?) async throws {
        try await run { network in
            for exceptions in ["<-loopback>", "*"] {
                let client = try network.client(network.httpsEndpoint, exceptions: exceptions, authority: authority)
                let error = try await error { _ = try await client.predictions.get("t-1") }
                #expect(error.code == .network)
                #expect(error.message.lowercased().contains("certificate"), "\(error.message)")
            }
            #expect(network.tls.requests.isEmpty)
        }
    }

    // MARK: Lifetime

    @Test("The body of an answer can be read after its transport was released")
    func bodyOutlivesTheTransport() async throws {
        try await run { network in
            let created = try await network.gateway.signUpload()
            let bytes = [UInt8](repeating: 7, count: 3 << 20)
            _ = try await network.gateway.send(
                .put, created.upload, headers: [.contentType: "text/plain"], body: .bytes(bytes))
            var settings = NetworkSettings()
            settings.proxies = ProxySettings(
                try Proxy("http://127.0.0.1:\(network.proxy.port)"), exceptions: ProxyExceptions("<-loopback>"))
            let response = try await RoutedHTTPTransport(settings).send(
                TransportRequest(method: .get, url: created.access, timeout: .seconds(30)))
            var count = 0
            for try await chunk in response.body { count += chunk.readableBytes }
            #expect(count == bytes.count)
        }
    }
}
