import AsyncHTTPClient
import HTTPTypes
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import SpeedPix
import SpeedPixTestSupport
import SystemPackage
import Testing

@testable import SpeedPixGateway

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("Connections to the gateway")
struct ConnectionTests {
    /// Sends bytes and reads until the gateway closes the connection.
    private func exchange(_ gateway: TestGateway, sending text: String) async throws -> String {
        let port = try #require(URL(string: gateway.endpoint)?.port)
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: text))
            var received = ""
            for try await chunk in inbound { received += String(buffer: chunk) }
            return received
        }
    }

    @Test(
        "A request that does not go on is closed, be it in its head or in its body",
        arguments: [
            "POST /scc/comfy_prompt HTTP/1.1\r\nHost: a", "PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\na",
        ])
    func stalled(text: String) async throws {
        let limits = RequestPace.Limits(head: .milliseconds(500), bodyRate: 1000, window: .milliseconds(500))
        try await TestGateway.run(with: configured { $0.requestPace = limits }) { gateway in
            // It is closed, or else this never returns.
            _ = try? await exchange(gateway, sending: text)
            let health = try await gateway.send(.get, "/health")
            #expect(health.status == 200)
        }
    }

    @Test("An address that has too many connections gets no more")
    func tooManyConnections() async throws {
        let configuration = configured {
            $0.maximumConnectionsPerAddress = 1
            $0.countsLoopbackConnections = true
        }
        try await TestGateway.run(with: configuration) { gateway in
            let port = try #require(URL(string: gateway.endpoint)?.port)
            let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .connect(host: "127.0.0.1", port: port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                    }
                }
            let request = "GET /health HTTP/1.1\r\nHost: a\r\n\r\n"
            try await channel.executeThenClose { inbound, outbound in
                try await outbound.write(ByteBuffer(string: request))
                var chunks = inbound.makeAsyncIterator()
                let first = try #require(try await chunks.next())
                #expect(String(buffer: first).hasPrefix("HTTP/1.1 200"))
                let second = try? await exchange(gateway, sending: request)
                #expect((second ?? "").isEmpty)
            }
        }
    }

    @Test("URLs in answers begin with the public URL, whatever the request says of its host")
    func publicURL() async throws {
        let configuration = configured { $0.publicURL = "https://gateway.example" }
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        try await Gateway.withRunning(configuration, workflows: [EchoWorkflow()], logger: logger) { running in
            #expect(running.endpoint == "https://gateway.example")
            let bytes = Array("{}".utf8)
            let headers = RequestSigner(appKey: running.appKey, secret: TestGateway.secret)
                .headers(path: Route.signUpload.rawValue, body: bytes, date: Date(), nonce: "n")
            let answer = try await AsyncHTTPTransport.shared.send(
                TransportRequest(
                    method: .post, url: "http://127.0.0.1:\(running.port)" + Route.signUpload.rawValue,
                    headers: headers,
                    body: .bytes(bytes), timeout: .seconds(60)))
            var received: [UInt8] = []
            for try await chunk in answer.body { received.append(contentsOf: chunk.readableBytesView) }
            let data = try JSONValue(parsing: received)["data"]
            for name in ["uploadUrl", "accessUrl"] {
                #expect(data?[name]?.stringValue?.hasPrefix("https://gateway.example/files/uploads/") == true)
            }
        }
    }

    @Test("A gateway with a certificate speaks TLS, and says https in its URLs")
    func tls() async throws {
        try await withDirectory { directory in
            let (certificate, key) = (directory.appending("c.pem").string, directory.appending("k.pem").string)
            try Data(TestCertificates.server.utf8).write(to: URL(filePath: certificate))
            try Data(TestCertificates.serverKey.utf8).write(to: URL(filePath: key))
            let configuration = configured { $0.tls = GatewayTLS(certificateFile: certificate, keyFile: key) }
            try await TestGateway.run(with: configuration) { gateway in
                #expect(gateway.endpoint.hasPrefix("https://127.0.0.1:"))
                var trust = TLSConfiguration.makeClientConfiguration()
                trust.trustRoots = .certificates(
                    try NIOSSLCertificate.fromPEMBytes(Array(TestCertificates.company.utf8)))
                var settings = HTTPClient.Configuration()
                settings.tlsConfiguration = trust
                let body = try await HTTPClient.withHTTPClient(configuration: settings) { client in
                    var request = HTTPClientRequest(url: gateway.endpoint + Route.signUpload.rawValue)
                    request.method = .POST
                    let bytes = Array("{}".utf8)
                    for field in gateway.signed(Route.signUpload.rawValue, bytes) {
                        request.headers.add(name: field.name.rawName, value: field.value)
                    }
                    request.body = .bytes(bytes)
                    return try await client.execute(request, timeout: .seconds(30)).body.collect(upTo: 1 << 20)
                }
                let data = try JSONValue(parsing: Array(buffer: body))["data"]
                #expect(data?["uploadUrl"]?.stringValue?.hasPrefix("\(gateway.endpoint)/files/uploads/") == true)
            }
            let missing = configured { $0.tls = GatewayTLS(certificateFile: key + "x", keyFile: key) }
            let error = await #expect(throws: SpeedPixError.self) { try await TestGateway.run(with: missing) { _ in } }
            #expect(error?.code == .configuration && error?.message.contains("k.pemx") == true)
        }
    }
}
