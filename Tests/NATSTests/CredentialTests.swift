import NATS
import SpeedPixTestSupport
import Testing

@Suite("NATS credentials and TLS", .enabled(if: NATSServer.isAvailable))
struct CredentialTests {
    private func failure(_ configuration: NATSConfiguration) async -> NATSError? {
        do {
            let connection = try await NATSConnection.connect(configuration)
            await connection.close()
            return nil
        } catch {
            return error as? NATSError
        }
    }

    @Test("User and password: right, wrong, none; the password is in no error")
    func password() async throws {
        let server = try await NATSServer.start(
            jetStream: false, configuration: #"authorization { user: "ann", password: "s3cret-word" }"#)
        let right = NATSConfiguration(servers: [server.url], credentials: .user("ann", password: "s3cret-word"))
        #expect(await failure(right) == nil)
        let wrong = NATSConfiguration(servers: [server.url], credentials: .user("ann", password: "wr0ng-word"))
        let error = try #require(await failure(wrong))
        #expect(error.code == .authentication)
        #expect(!"\(error)".contains("wr0ng-word"))
        #expect(!"\(right)".contains("s3cret-word"))
        #expect(await failure(NATSConfiguration(servers: [server.url]))?.code == .authentication)
    }

    @Test("Token: right and wrong")
    func token() async throws {
        let server = try await NATSServer.start(jetStream: false, configuration: #"authorization { token: "t0ken" }"#)
        #expect(await failure(NATSConfiguration(servers: [server.url], credentials: .token("t0ken"))) == nil)
        let error = await failure(NATSConfiguration(servers: [server.url], credentials: .token("other")))
        #expect(error?.code == .authentication)
    }

    @Test(
        "A URL with a password is refused and not shown",
        arguments: ["nats://ann:s3cret@h:4222", "http://h", "nats://", "h:4222", "nats://a b"])
    func badURL(url: String) async throws {
        let error = try #require(await failure(NATSConfiguration(servers: [url])))
        #expect(error.code == .invalid)
        #expect(!"\(error)".contains("s3cret"))
    }

    @Test("No server there")
    func unreachable() async throws {
        let server = try await NATSServer.start(jetStream: false)
        await server.kill()
        #expect(await failure(NATSConfiguration(servers: [server.url]))?.code == .unreachable)
        #expect(await failure(NATSConfiguration(servers: []))?.code == .invalid)
    }

    @Test("TLS: an own authority, another one, the system's, a file that is not there, another host")
    func tls() async throws {
        let server = try await NATSServer.start(
            jetStream: false,
            files: [
                "server.pem": TestCertificates.server, "key.pem": TestCertificates.serverKey,
                "company.pem": TestCertificates.company, "other.pem": TestCertificates.other,
            ],
            configuration: #"tls { cert_file: "FOLDER/server.pem", key_file: "FOLDER/key.pem" }"#)
        let url = "tls://localhost:\(server.port)"
        func tls(_ file: String?) -> NATSConfiguration.TLS {
            .init(certificateAuthorities: file.map { "\(server.folder)/\($0)" })
        }
        #expect(await failure(NATSConfiguration(servers: [url], tls: tls("company.pem"))) == nil)
        #expect(await failure(NATSConfiguration(servers: [url], tls: tls("other.pem")))?.code == .connection)
        #expect(await failure(NATSConfiguration(servers: [url], tls: tls(nil)))?.code == .connection)
        #expect(await failure(NATSConfiguration(servers: [url], tls: tls("missing.pem"))) != nil)
        // The certificate is for localhost and 127.0.0.1, not for 127.0.0.2, where the server does not listen; `localhost.` is
        // the same host by another name.
        let other = "tls://localhost.:\(server.port)"
        // Where a name has several addresses, libnats does not say that it was the certificate.
        let codes: [NATSError.Code] = [.connection, .unreachable]
        let code = try #require(await failure(NATSConfiguration(servers: [other], tls: tls("company.pem")))?.code)
        #expect(codes.contains(code))
    }

    @Test("Permissions: a forbidden request fails at once, a forbidden subscription ends, and nothing else does")
    func permissions() async throws {
        let server = try await NATSServer.start(
            jetStream: false,
            configuration: """
                authorization { users: [ { user: "w", password: "w", permissions: {
                    publish: { deny: ["no.>"] }, subscribe: { allow: ["_INBOX.>", "yes.>"] } } } ] }
                """)
        let log = StateLog()
        let connection = try await NATSConnection.connect(
            NATSConfiguration(servers: [server.url], credentials: .user("w", password: "w")), onState: log.onState)
        #expect(await code { _ = try await connection.request("no.way", [], timeout: .seconds(60)) } == .permission)
        #expect(
            await log.first { if case .problem = $0 { true } else { false } }.map {
                if case .problem(let error) = $0 { error.code == .permission } else { false }
            } == true)
        var refused = try await connection.subscribe("other").makeAsyncIterator()
        #expect(await code { _ = try await refused.next() } == .permission)
        var allowed = try await connection.subscribe("yes.>").makeAsyncIterator()
        try await connection.publish("yes.a", [1])
        #expect(try await allowed.next()?.payload == [1])
    }

    @Test("Without the right to subscribe to the inbox every request says so")
    func inboxForbidden() async throws {
        let server = try await NATSServer.start(
            jetStream: false,
            configuration: """
                authorization { users: [ { user: "w", password: "w", permissions: { subscribe: { allow: ["a"] } } } ] }
                """)
        let connection = try await NATSConnection.connect(
            NATSConfiguration(servers: [server.url], credentials: .user("w", password: "w")))
        let error = await #expect(throws: NATSError.self) {
            try await connection.request("a", [], timeout: .seconds(60))
        }
        #expect(error?.code == .permission)
        #expect(error?.message.contains("_INBOX") == true)
    }
}
