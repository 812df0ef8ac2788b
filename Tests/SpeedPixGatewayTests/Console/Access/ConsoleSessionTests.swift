import HTTPTypes
import SpeedPix
import SpeedPixTestSupport
import Synchronization
import SystemPackage
import Testing
import _NIOFileSystem

@testable import SpeedPixGateway

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("Sessions of the console")
struct ConsoleSessionTests {
    @Test("Session: a link's code begins a session of 30 days, which reads and sends as the admin token does")
    func session() async throws {
        try await TestGateway.run(with: TestGateway.withConsole()) { gateway in
            let link = try #require(gateway.console).make()
            #expect(link.url == "\(gateway.endpoint)/#\(link.code)")
            var request = try await PageRequest(.signIn, to: gateway)
            try request.setBody(["code": .string(link.code)])
            let answer = try await gateway.send(request)
            #expect(answer.headers[.cacheControl] == "no-store")
            let data = try #require(answer.json["data"])
            #expect(data["expires"] == .integer(1_700_000_000 + 30 * 24 * 3600))
            let token = try #require(data["token"]?.stringValue)
            for kind in [PageRequest.Kind.read, .write] {
                var own = try await PageRequest(kind, to: gateway)
                own.token = token
                gateway.date.advance(by: .seconds(24 * 3600))
                let read = try await gateway.send(own)
                #expect(read.status == 200 && read.code == nil, "\(read.text)")
            }
        }
    }

    @Test("Session: two sessions of the same moment have different tokens")
    func distinct() async throws {
        try await TestGateway.run(with: TestGateway.withConsole()) { gateway in
            let (first, second) = (try await gateway.signIn(), try await gateway.signIn())
            #expect(first != second)
        }
    }

    @Test("Session: a session goes on with the next gateway on the folder, whose key only its owner may read")
    func restart() async throws {
        try await LastingFolder.with { folder in
            let token = Mutex("")
            try await folder.run(Gate(), { $0.hasConsole = true }) { gateway in
                let made = try await gateway.signIn()
                token.withLock { $0 = made }
            }
            try await folder.run(Gate(), { $0.hasConsole = true }) { gateway in
                var request = try await PageRequest(.read, to: gateway)
                request.token = token.withLock { $0 }
                let answer = try await gateway.send(request)
                #expect(answer.status == 200, "\(answer.text)")
            }
            let key = folder.folder.appending("console-key")
            #expect(try await FileSystem.shared.info(forFileAt: key)?.permissions == [.ownerRead, .ownerWrite])
            // Whoever removes the key ends all sessions.
            try FileManager.default.removeItem(atPath: key.string)
            try await folder.run(Gate(), { $0.hasConsole = true }) { gateway in
                var request = try await PageRequest(.read, to: gateway)
                request.token = token.withLock { $0 }
                #expect(try await gateway.send(request).status == 401)
            }
        }
    }

    @Test(
        "Session: the page is used at every loopback name, through a tunnel, and by a browser with one of two headers",
        arguments: [
            ("127.0.0.1:8187", "http://127.0.0.1:8187", "same-origin"),
            ("localhost:9000", "http://localhost:9000", "same-origin"),
            ("LOCALHOST:9000", "http://localhost:9000", nil), ("localhost", "http://localhost", nil),
            ("[::1]:8187", "http://[::1]:8187", nil), ("127.0.0.1:8187", nil, "same-origin"),
            // Of a page that sends no referrer.
            ("127.0.0.1:8187", "null", "same-origin"),
        ] as [(String, String?, String?)])
    func own(host: String, origin: String?, site: String?) async throws {
        try await TestGateway.run(with: TestGateway.withConsole()) { gateway in
            for kind in [PageRequest.Kind.signIn, .write] {
                var request = try await PageRequest(kind, to: gateway)
                request.headers[.hostField] = host
                request.headers[.origin] = origin
                request.headers[.secFetchSite] = site
                let answer = try await gateway.send(request)
                #expect(answer.status == 200 && answer.code == nil, "\(answer.text)")
            }
        }
    }

    @Test(
        "Session: behind a server that ends TLS the public URL is the page's origin, whatever Host that server sends",
        arguments: [
            ("gateway.example", "https://gateway.example"), ("gateway.example:443", "https://gateway.example:443"),
            ("127.0.0.1:8187", "https://Gateway.example"), ("[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
        ])
    func publicURL(host: String, publicURL: String) async throws {
        let configuration = TestGateway.withConsole { $0.publicURL = publicURL }
        let origin = publicURL.contains("db8") ? publicURL : "https://gateway.example"
        #expect(ConsoleGuard(configuration).takes(origin: publicURL))
        for (site, isOwn) in [("same-origin", true), (nil, true), ("cross-site", false)] as [(String?, Bool)] {
            var head = HTTPRequest(method: .post, scheme: "http", authority: host, path: "/console/session")
            head.headerFields[.origin] = origin
            head.headerFields[.secFetchSite] = site
            #expect(ConsoleGuard(configuration).passes(head) == isOwn)
            head.headerFields[.origin] = "https://evil.example"
            #expect(!ConsoleGuard(configuration).passes(head))
            head.headerFields[.origin] = origin
            head.authority = "evil.example"
            #expect(!ConsoleGuard(configuration).passes(head))
        }
    }

    @Test(
        "Session: a link names the public URL, or this machine; none for a gateway in the network without one",
        arguments: [
            ("127.0.0.1", nil, "http://127.0.0.1:"), ("0.0.0.0", nil, "http://127.0.0.1:"),
            ("localhost", nil, "http://localhost:"),
            ("127.0.0.1", "https://gateway.example", "https://gateway.example/#"),
        ] as [(String, String?, String)])
    func links(host: String, publicURL: String?, beginning: String) async throws {
        let configuration = TestGateway.withConsole {
            $0.host = host
            $0.publicURL = publicURL
        }
        try await TestGateway.run(with: configuration) { gateway in
            let url = try #require(gateway.console).make().url
            #expect(url.hasPrefix(beginning), "\(url)")
        }
        #expect(!ConsoleGuard(configuration).takes(origin: "http://192.168.1.5:8187"))
    }

    @Test("Session: a loopback address that the gateway listens on is a name of it")
    func loopbackAddress() {
        let access = ConsoleGuard(TestGateway.withConsole { $0.host = "127.0.0.2" })
        #expect(access.takes(origin: "http://127.0.0.2:8187") && access.takes(origin: "http://127.0.0.1"))
        for host in ["127.1", "127.0.0.300", "127.0.0.01", "127.example.a.b", "10.0.0.1"] {
            #expect(!ConsoleGuard(TestGateway.withConsole { $0.host = host }).takes(origin: "http://\(host):80"))
        }
    }

    @Test(
        "Session: the admin token makes codes for the address that it is asked by, and works without the page's headers"
    )
    func adminCodes() async throws {
        try await LastingFolder.with { folder in
            try await folder.run(Gate(), { $0.hasConsole = true }) { gateway in
                let admin = try TestAdmin(gateway, folder)
                let made = try await admin.call(.post, "console/codes")
                let data = try #require(made.json["data"], "\(made.text)")
                let code = try #require(data["code"]?.stringValue)
                #expect(data["url"] == .string("\(gateway.endpoint)/#\(code)") && data["expires_in"] == 300)
                var request = try await PageRequest(.signIn, to: gateway)
                try request.setBody(["code": .string(code)])
                #expect(try await gateway.send(request).status == 200)

                let headers: HTTPFields = [.authorization: "Bearer \(admin.token)", .hostField: "gpu1.lan:8187"]
                let status = try await gateway.send(.get, "/speedpix/status", headers: headers)
                #expect(status.status == 200)
                let refused = try await gateway.send(.post, "/speedpix/console/codes", headers: headers)
                #expect(refused.code == "InvalidParameter" && refused.message.contains("--public-url"))
            }
        }
    }

    @Test("Session: a gateway without the console has none of its routes, and takes no session")
    func without() async throws {
        try await LastingFolder.with { folder in
            let token = Mutex("")
            try await folder.run(Gate(), { $0.hasConsole = true }) { gateway in
                let made = try await gateway.signIn()
                token.withLock { $0 = made }
            }
            try await folder.run { gateway in
                #expect(gateway.console == nil)
                let admin = try TestAdmin(gateway, folder)
                #expect(try await admin.call(.post, "console/codes").code == "ApiNotFound")
                #expect(try await gateway.send(.get, "/console/index.html").code == "ApiNotFound")
                #expect(try await gateway.send(.post, "/console/session").code == "ApiNotFound")
                let page = try await gateway.send(.get, "/", headers: [.accept: "text/html"])
                #expect(page.headers[.contentType] == "text/plain; charset=utf-8" && page.text.contains("a local"))
                let read = try await gateway.send(
                    .get, "/speedpix/status", headers: [.authorization: "Bearer \(token.withLock { $0 })"])
                #expect(read.status == 401)
            }
        }
    }
}

extension ConsoleGuard {
    fileprivate func passes(_ head: HTTPRequest) -> Bool {
        do throws(Refusal) {
            try check(head)
            return true
        } catch {
            return false
        }
    }
}
