import HTTPTypes
import SpeedPix
import Synchronization
import Testing

@testable import SpeedPixGateway

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("Files of the console")
struct ConsoleFilesTests {
    private static let folder = "Sources/SpeedPixGateway/Console/Page"

    @Test("ConsoleFiles: every file of the folder is served as it is, and nothing else")
    func contents() throws {
        var folder = URL(filePath: #filePath)
        for _ in 0..<5 { folder.deleteLastPathComponent() }
        folder.append(path: Self.folder)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { !$0.hasPrefix(".") }
        #expect(Set(names) == Set(ConsoleFiles.contents.keys))
        for name in names {
            let bytes = [UInt8](try Data(contentsOf: folder.appending(path: name)))
            #expect(ConsoleFiles.contents[name] == bytes, "\(name)")
            #expect(ConsoleFiles.type(of: name) != nil, "\(name)")
        }
    }

    @Test(
        "ConsoleFiles: each file has its type, its policy and nothing that a proxy or another site may keep"
    )
    func files() async throws {
        try await TestGateway.run(with: TestGateway.withConsole()) { gateway in
            for (name, bytes) in ConsoleFiles.contents {
                let answer = try await gateway.send(.get, "/console/\(name)")
                #expect(answer.status == 200 && answer.bytes == bytes, "\(name)")
                #expect(answer.headers[.contentType] == ConsoleFiles.type(of: name), "\(name)")
                #expect(Self.policies(answer) == Self.expected, "\(name)")
                let head = try await gateway.send(.head, "/console/\(name)")
                #expect(head.status == 200 && head.bytes.isEmpty, "\(name)")
                #expect(head.headers[.contentLength] == "\(bytes.count)", "\(name)")
            }
        }
    }

    @Test("ConsoleFiles: the page may use what the gateway serves, in no frame, and makes no markup of text")
    func policy() {
        #expect(
            ConsoleFiles.policy
                == "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self';"
                + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
                + " require-trusted-types-for 'script'; trusted-types 'none'")
    }

    @Test("ConsoleFiles: a file that a browser has kept is not sent again, and has the same policy")
    func notModified() async throws {
        try await TestGateway.run(with: TestGateway.withConsole()) { gateway in
            for path in ["/", "/console/index.html"] {
                var headers: HTTPFields = [.accept: "text/html"]
                let first = try await gateway.send(.get, path, headers: headers)
                let tag = try #require(first.headers[.eTag])
                #expect(first.headers[.cacheControl] == "no-cache")
                headers[.ifNoneMatch] = "\"another\", \(tag)"
                let second = try await gateway.send(.get, path, headers: headers)
                #expect(second.status == 304 && second.bytes.isEmpty && second.headers[.eTag] == tag)
                #expect(Self.policies(second) == Self.expected)
                headers[.ifNoneMatch] = "\"another\""
                #expect(try await gateway.send(.get, path, headers: headers).status == 200)
            }
        }
    }

    @Test(
        "ConsoleFiles: the page is for browsers, and a text for other clients",
        arguments: [
            ("text/html", true), ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true),
            ("application/json, Text/HTML;q=0.5", true), ("*/*", false), ("application/json", false),
            ("text/html2", false), (nil, false),
        ] as [(String?, Bool)])
    func page(accept: String?, isPage: Bool) async throws {
        try await TestGateway.run(with: TestGateway.withConsole()) { gateway in
            for method in [HTTPRequest.Method.get, .head] {
                var headers = HTTPFields()
                headers[.accept] = accept
                let answer = try await gateway.send(method, "/", headers: headers)
                let type = "text/\(isPage ? "html" : "plain"); charset=utf-8"
                #expect(answer.status == 200 && answer.headers[.contentType] == type)
                #expect(answer.headers[.vary] == "Accept")
                guard method == .get else {
                    #expect(answer.bytes.isEmpty)
                    continue
                }
                #expect(answer.text.contains(isPage ? "<!doctype html>" : "This is a local SpeedPix gateway"))
            }
        }
    }

    @Test("ConsoleFiles: a person who opens the page under a name that is not taken reads which ones are")
    func foreignHost() async throws {
        try await TestGateway.run(with: TestGateway.withConsole()) { gateway in
            let headers: HTTPFields = [.accept: "text/html", .hostField: "gpu1.lan:8187"]
            let answer = try await gateway.send(.get, "/", headers: headers)
            #expect(answer.status == 403 && answer.headers[.contentType] == "text/plain; charset=utf-8")
            #expect(answer.text.hasPrefix("the console is not at gpu1.lan:8187: open it by 127.0.0.1"))
            #expect(answer.text.contains("--public-url"))
            let text = try await gateway.send(.get, "/", headers: [.hostField: "gpu1.lan:8187"])
            #expect(text.status == 200)
        }
    }

    @Test("ConsoleFiles: faults that are meant for clients leave the page alone, and what it loads and sends")
    func faults() async throws {
        let strikes = Mutex<[String]>([])
        let configuration = TestGateway.withConsole {
            $0.faults = [FaultRule(.status(503)), FaultRule(.resetBefore, on: [.download], times: 1)]
            $0.onFault = { strike in strikes.withLock { $0.append(strike.target.rawValue) } }
        }
        try await TestGateway.run(with: configuration) { gateway in
            for kind in [PageRequest.Kind.signIn, .read, .write, .page, .file] {
                let answer = try await gateway.send(try await PageRequest(kind, to: gateway))
                #expect(answer.status == 200 && answer.code == nil, "\(answer.text)")
            }
            let own: HTTPFields = [.secFetchSite: "same-origin"]
            // Neither is a good URL: it is the routes that answer.
            #expect(try await gateway.send(.get, "/files/x", headers: own).code == "AccessDenied")
            #expect(try await gateway.send(.put, "/files/x", headers: own).code == "AccessDenied")
            #expect(strikes.withLock { $0 } == [])
            #expect(try await gateway.send(.get, "/files/x").status == 503)
            #expect(try await gateway.call(.progress, ["taskId": "nope"]).status == 503)
            #expect(strikes.withLock { $0 } == ["download", "progress"])
        }
    }

    private static let expected: [String?] = [
        ConsoleFiles.policy, "nosniff", "same-origin", "same-origin", "no-referrer",
    ]

    private static func policies(_ answer: TestGateway.Answer) -> [String?] {
        [
            answer.headers[.contentSecurityPolicy], answer.headers[.xContentTypeOptions],
            answer.headers[.crossOriginResourcePolicy], header("Cross-Origin-Opener-Policy", answer),
            header("Referrer-Policy", answer),
        ]
    }

    private static func header(_ name: String, _ answer: TestGateway.Answer) -> String? {
        HTTPField.Name(name).flatMap { answer.headers[$0] }
    }
}
