import AsyncHTTPClient
import NIOCore
import NIOPosix
import NIOSSL
import SpeedPixTestSupport
import Testing

@testable import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Calls over real sockets that never become a request.
@Suite("Connections that fail")
struct ConnectionFailureTests {
    /// What a create at this endpoint fails with; pauses between tries are over at once.
    private func createFailure(
        _ endpoint: String, proxy: Proxy? = nil, exceptions: String = "<-loopback>",
        date: Date = Date(timeIntervalSince1970: 1_700_000_000)
    ) async throws -> SpeedPixError {
        var configuration = try SpeedPixClient.Configuration(appKey: "k", appSecret: "s", endpoint: endpoint)
        if let proxy {
            configuration.network.proxies = ProxySettings(proxy, exceptions: ProxyExceptions(exceptions))
        }
        configuration.retries.attempts = 2
        let client = SpeedPixClient(
            configuration, dependencies: ClientDependencies(clock: ImmediateClock(), now: { date }))
        return try await speedPixError { try await client.predictions.create("wf-1", input: ["text": "hello"]) }
    }

    private func expectUnsent(_ error: SpeedPixError, _ sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(error.code == .network, sourceLocation: sourceLocation)
        #expect(error.isRetryable, sourceLocation: sourceLocation)
        #expect(error.remedy != nil, sourceLocation: sourceLocation)
        // NIO's own words name source files and Swift types.
        let isPlain = ["NIO", ".swift", ".cc", "Error", "error:"].allSatisfy { !error.message.contains($0) }
        #expect(isPlain, "\(error.message)", sourceLocation: sourceLocation)
    }

    @Test("A create on a port that does not speak TLS is not sent and is retried")
    func plainHTTPOnATLSPort() async throws {
        try await SocketServer.run {
            try $0.pipeline.syncOperations.addHandler(AnswerAndClose("HTTP/1.1 400 Bad Request\r\n\r\n"))
        } _: { server in
            let error = try await createFailure("https://127.0.0.1:\(server.port)")
            expectUnsent(error)
            #expect(error.message.contains("127.0.0.1:\(server.port) answered, but not in TLS"))
            #expect(server.connectionCount == 2)
        }
    }

    @Test("A create whose connection is closed in the TLS handshake is not sent and is retried")
    func closedInTheHandshake() async throws {
        try await SocketServer.run {
            try $0.pipeline.syncOperations.addHandler(AnswerAndClose(""))
        } _: { server in
            let error = try await createFailure("https://127.0.0.1:\(server.port)")
            expectUnsent(error)
            #expect(error.message.contains("closed the connection during the TLS handshake"))
            #expect(server.connectionCount == 2)
        }
    }

    @Test(
        "A create whose proxy closes the tunnel is not sent and is retried",
        arguments: ["", "HTTP/1.1 200", "no HTTP at all\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n"])
    func closedInTheTunnel(answer: String) async throws {
        try await SocketServer.run {
            try $0.pipeline.syncOperations.addHandler(AnswerAndClose(answer))
        } _: { server in
            let proxy = try Proxy("http://127.0.0.1:\(server.port)")
            let error = try await createFailure("https://service.test", proxy: proxy)
            expectUnsent(error)
            #expect(error.message.contains("through the proxy http://127.0.0.1:\(server.port)"), "\(error.message)")
            #expect(server.connectionCount == 2)
        }
    }

    @Test(
        "A create to a server with an untrusted certificate is not sent, and the error says why",
        arguments: [
            (TestCertificates.server, "it is signed by itself or by an authority that this machine does not know"),
            (TestCertificates.expired, "it expired on 2021-01-01"),
        ])
    func untrustedCertificate(certificate: String, reason: String) async throws {
        let context = try TestCertificates.serverContext(certificate)
        try await SocketServer.run {
            try $0.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
        } _: { server in
            let error = try await createFailure("https://localhost:\(server.port)")
            expectUnsent(error)
            #expect(error.message.contains("the certificate of localhost:\(server.port) is not trusted: \(reason)"))
            #expect(error.remedy?.contains("ca_file") == true)
        }
    }

    @Test(
        "The error about a certificate goes by the client's date, also where the client makes its own connections",
        arguments: [
            (1_577_000_000.0, "it is not valid before 2020-01-01; this machine's clock may be wrong"),
            (1_700_000_000, "it is signed by itself"), (4_800_000_000, "it expired on 2120-01-01"),
        ], [false, true])
    func certificateAtTheClientsDate(_ day: (seconds: Double, reason: String), hasProxy: Bool) async throws {
        let context = try TestCertificates.serverContext()
        try await SocketServer.run {
            try $0.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
        } _: { server in
            let error = try await createFailure(
                "https://localhost:\(server.port)", proxy: hasProxy ? Proxy("http://127.0.0.1:1") : nil,
                exceptions: "localhost", date: Date(timeIntervalSince1970: day.seconds))
            #expect(error.message.contains("is not trusted: \(day.reason)"), "\(error.message)")
        }
    }

    @Test("A create to a port where nothing listens is not sent")
    func refusedConnection() async throws {
        let port = try await SocketServer.run { _ in
        } _: {
            $0.port
        }
        let error = try await createFailure("http://127.0.0.1:\(port)")
        expectUnsent(error)
        #expect(error.message.contains("connection refused by 127.0.0.1:\(port)"))
    }

    @Test("A create to a host without an address is not sent")
    func unknownHost() async throws {
        let error = try await createFailure("https://no-such-host.invalid")
        expectUnsent(error)
        #expect(error.message.contains("there is no such host: no-such-host.invalid"))
    }

    @Test("A create whose connection is closed after the request is in doubt and not retried")
    func closedAfterTheRequest() async throws {
        try await SocketServer.run {
            try $0.pipeline.syncOperations.addHandler(AnswerAndClose("") { $0.contains("wf-1") })
        } _: { server in
            let error = try await createFailure("http://127.0.0.1:\(server.port)")
            #expect(error.code == .unknownOutcome)
            #expect(error.message.contains("closed the connection") || error.message.contains("reset by peer"))
            #expect(server.connectionCount == 1)
        }
    }
}

@Suite("Translation of network errors")
struct NetworkFailureTests {
    private static let url = "http://192.0.2.1:8080/scc/comfy_prompt"

    private func translated(_ error: any Error, bodyLeft: Bool?) async throws -> TransportError {
        let failure = NetworkFailure(error, url: Self.url, bodyLeft: bodyLeft, now: { .distantPast })
        return try #require(await failure.error() as? TransportError)
    }

    @Test(
        "NetworkFailure describes a system error before a connection, which has sent nothing",
        arguments: [
            (ENETUNREACH, "there is no route to 192.0.2.1:8080"), (EHOSTUNREACH, "there is no route to 192.0.2.1:8080"),
            (EMFILE, "too many open files"), (ENFILE, "too many open files"),
            (ECONNREFUSED, "connection refused by 192.0.2.1:8080"), (ETIMEDOUT, "no connection to 192.0.2.1:8080"),
        ])
    func systemErrors(code: CInt, text: String) async throws {
        let error = try await translated(IOError(errnoCode: code, reason: "connect"), bodyLeft: false)
        #expect(error.message.contains(text))
        #expect(!error.mayHaveReachedService)
    }

    @Test(
        "NetworkFailure takes a reset of a connection in use for a request that may have arrived",
        arguments: [ECONNRESET, EPIPE])
    func resetInUse(code: CInt) async throws {
        let error = try await translated(IOError(errnoCode: code, reason: "read"), bodyLeft: true)
        #expect(error.mayHaveReachedService)
        #expect(error.message.contains(code == ECONNRESET ? "reset by peer" : "closed the connection"))
        #expect(
            try await !translated(IOError(errnoCode: code, reason: "connect"), bodyLeft: false).mayHaveReachedService)
    }

    @Test(
        "NetworkFailure decides by whether the body was read if the request may have arrived", arguments: [true, false])
    func theBodyDecides(bodyLeft: Bool) async throws {
        for error in [HTTPClientError.remoteConnectionClosed, .deadlineExceeded, .readTimeout] {
            #expect(try await translated(error, bodyLeft: bodyLeft).mayHaveReachedService == bodyLeft)
        }
    }

    @Test("NetworkFailure turns a cancelled request of a cancelled task into a CancellationError")
    func cancellation() async {
        let (gate, opener) = AsyncStream<Void>.makeStream()
        let task = Task {
            for await _ in gate {}
            let cancelled = HTTPClientError.cancelled
            return await NetworkFailure(cancelled, url: Self.url, bodyLeft: true, now: { .distantPast }).error()
        }
        task.cancel()
        opener.finish()
        #expect(await task.value is CancellationError)
    }
}
