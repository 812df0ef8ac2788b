import HTTPTypes
import SpeedPix
import SpeedPixTestSupport
import Synchronization
import Testing

@testable import SpeedPixGateway

/// A request of the console's page, and what somebody else would have to change in it.
struct ConsoleAttack: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let kind: PageRequest.Kind
    /// Of the refusal.
    let status: Int
    /// Of the refusal's envelope; nil for a refusal without one.
    let code: String?
    let change: @Sendable (inout PageRequest, TestGateway) async throws -> Void

    init(
        _ name: String, _ kind: PageRequest.Kind, _ status: Int = 403, _ code: String? = "AccessDenied",
        change: @escaping @Sendable (inout PageRequest, TestGateway) async throws -> Void
    ) {
        testDescription = name
        self.kind = kind
        self.status = status
        self.code = code
        self.change = change
    }

    static let all = [hosts, rebinding, origins, codes, bodies, tokens, sessions, methods, files].flatMap { $0 }
}

// MARK: Names that stand for this machine

extension ConsoleAttack {
    /// Names that a browser may be brought to reach this machine by, and that somebody else can have.
    fileprivate static let hosts: [ConsoleAttack] = [
        at("a name of elsewhere", "evil.example"), at("a name that begins with localhost", "localhost.evil.example"),
        at("a name below localhost", "evil.localhost"), at("localhost with a point at its end", "localhost."),
        at("a name that begins with the address", "127.0.0.1.evil.example"),
        at("a user name before another host", "127.0.0.1@evil.example"),
        at("the address of all interfaces", "0.0.0.0"), at("the address as one number", "2130706433"),
        at("the address in two parts", "127.1"), at("the address in hexadecimal", "0x7f.0.0.1"),
        at("the address within IPv6", "[::ffff:127.0.0.1]"), at("an address of the local network", "192.168.1.5"),
        at("another loopback address", "127.0.0.2"),
    ]

    /// Signs in at a host, from the page that would be there.
    private static func at(_ name: String, _ host: String) -> ConsoleAttack {
        ConsoleAttack("Signing in at \(name)", .signIn) { request, gateway in
            request.headers[.hostField] = "\(host):\(gateway.port)"
            request.headers[.origin] = "http://\(host):\(gateway.port)"
        }
    }

    fileprivate static let rebinding: [ConsoleAttack] = [
        ConsoleAttack("Signing in at no name", .signIn) { request, _ in request.headers[.hostField] = "" },
        ConsoleAttack("Signing in at a port that is none", .signIn) { request, _ in
            request.headers[.hostField] = "127.0.0.1:evil"
        },
        ConsoleAttack("Signing in at two names", .signIn) { request, gateway in
            request.headers.append(HTTPField(name: .hostField, value: "127.0.0.1:\(gateway.port)"))
            request.headers.append(HTTPField(name: .hostField, value: "evil.example"))
        },
        ConsoleAttack("Reading with a good token at a rebound name", .read) { request, gateway in
            request.headers[.hostField] = "evil.example:\(gateway.port)"
        },
        ConsoleAttack("Sending with a good token at a rebound name", .write) { request, gateway in
            request.headers[.hostField] = "evil.example:\(gateway.port)"
            request.headers[.origin] = "http://evil.example:\(gateway.port)"
        },
        ConsoleAttack("Opening the page at a rebound name", .page, 403, nil) { request, gateway in
            request.headers[.hostField] = "evil.example:\(gateway.port)"
        },
        ConsoleAttack("Loading a file at a rebound name", .file) { request, gateway in
            request.headers[.hostField] = "evil.example:\(gateway.port)"
        },
    ]
}

// MARK: Pages of elsewhere

extension ConsoleAttack {
    fileprivate static let origins: [ConsoleAttack] = [
        ConsoleAttack("Signing in from another port's page", .signIn) { request, _ in
            request.headers[.secFetchSite] = "same-site"
            request.headers[.origin] = "http://127.0.0.1:8188"
        },
        ConsoleAttack("Signing in from another port's page in a browser of before", .signIn) { request, _ in
            request.headers[.secFetchSite] = nil
            request.headers[.origin] = "http://127.0.0.1:8188"
        },
        ConsoleAttack("Signing in from the same port under another name", .signIn) { request, gateway in
            request.headers[.secFetchSite] = nil
            request.headers[.origin] = "http://localhost:\(gateway.port)"
        },
        ConsoleAttack("Signing in from the same name with TLS", .signIn) { request, gateway in
            request.headers[.secFetchSite] = nil
            request.headers[.origin] = "https://127.0.0.1:\(gateway.port)"
        },
        ConsoleAttack("Signing in from an origin that begins as the own one", .signIn) { request, gateway in
            request.headers[.origin] = "\(gateway.endpoint).evil.example"
        },
        ConsoleAttack("Signing in from two origins", .signIn) { request, _ in
            request.headers.append(HTTPField(name: .origin, value: "https://evil.example"))
        },
        ConsoleAttack("Signing in by a form of another site", .signIn) { request, _ in
            request.headers[.secFetchSite] = "cross-site"
            request.headers[.origin] = nil
            request.headers[.contentType] = "text/plain"
        },
        ConsoleAttack("Signing in from a frame without an origin", .signIn) { request, _ in
            request.headers[.secFetchSite] = "cross-site"
            request.headers[.origin] = "null"
        },
        ConsoleAttack("Signing in without an origin in a browser of before", .signIn) { request, _ in
            request.headers[.secFetchSite] = nil
            request.headers[.origin] = "null"
        },
        ConsoleAttack("Signing in by an address that a person typed", .signIn) { request, _ in
            request.headers[.secFetchSite] = "none"
            request.headers[.origin] = nil
        },
        ConsoleAttack("Signing in with two words on where the page stands", .signIn) { request, _ in
            request.headers.append(HTTPField(name: .secFetchSite, value: "cross-site"))
        },
        ConsoleAttack("Signing in with no word on where the page stands", .signIn) { request, _ in
            request.headers[.secFetchSite] = nil
            request.headers[.origin] = nil
        },
        ConsoleAttack("Sending with a good token from another port's page", .write) { request, _ in
            request.headers[.secFetchSite] = "same-site"
            request.headers[.origin] = "http://127.0.0.1:8188"
        },
        ConsoleAttack("Sending with a good token from another site", .write) { request, _ in
            request.headers[.secFetchSite] = "cross-site"
            request.headers[.origin] = "https://evil.example"
        },
        ConsoleAttack("Sending with a good token and no word on where the page stands", .write) { request, _ in
            request.headers[.secFetchSite] = nil
            request.headers[.origin] = nil
        },
        ConsoleAttack("Reading with a good token from another site", .read) { request, _ in
            request.headers[.secFetchSite] = "cross-site"
        },
    ]
}

// MARK: Codes

extension ConsoleAttack {
    fileprivate static let codes: [ConsoleAttack] = [
        ConsoleAttack("A code once more", .signIn, 403, "InvalidCode") { request, gateway in
            _ = try await gateway.send(request)
        },
        ConsoleAttack("A code after five minutes", .signIn, 403, "InvalidCode") { _, gateway in
            gateway.clock.advance(by: .seconds(300))
        },
        ConsoleAttack("A code that was never made", .signIn, 403, "InvalidCode") { request, _ in
            try request.setBody(["code": .string(String(repeating: "0", count: 32))])
        },
        ConsoleAttack("The beginning of a code", .signIn, 403, "InvalidCode") { request, gateway in
            try request.setBody(["code": .string(String(try gateway.newCode().dropLast()))])
        },
        ConsoleAttack("A token as a code", .signIn, 403, "InvalidCode") { request, gateway in
            try request.setBody(["code": .string(try await gateway.signIn())])
        },
        ConsoleAttack("The code of another gateway", .signIn, 403, "InvalidCode") { request, _ in
            let code = Mutex("")
            try await TestGateway.run(with: TestGateway.withConsole()) { other in
                let made = try other.newCode()
                code.withLock { $0 = made }
            }
            try request.setBody(["code": .string(code.withLock { $0 })])
        },
        ConsoleAttack("A code in the address", .signIn, 404, "ApiNotFound") { request, gateway in
            request.method = .get
            request.path += "?code=\(try gateway.newCode())"
            request.body = .none
        },
        ConsoleAttack("A code by another method", .signIn, 404, "ApiNotFound") { request, _ in
            request.method = .put
        },
    ]

    fileprivate static let bodies: [ConsoleAttack] = [
        body("An empty code", #"{"code":""}"#), body("A code that is a number", #"{"code":1}"#),
        body("A code that is a list", #"{"code":[""]}"#), body("A body without a code", "{}"),
        body("A body that is no JSON", "code=1"), body("A body that is no object", #"["code"]"#),
        ConsoleAttack("A code in the address of a body that is empty", .signIn, 200, "InvalidParameter") {
            request, gateway in
            request.path += "?code=\(try gateway.newCode())"
            request.body = .none
        },
        ConsoleAttack("A body that is too large", .signIn, 413, "TooLarge") { request, gateway in
            let padding = String(repeating: " ", count: 5000)
            request.body = .bytes(Array(#"{"code":"\#(try gateway.newCode())"}\#(padding)"#.utf8))
        },
    ]

    /// Bodies that cannot be read are answered with HTTP 200, as everywhere, and with an envelope that says why.
    private static func body(_ name: String, _ text: String) -> ConsoleAttack {
        ConsoleAttack(name, .signIn, 200, "InvalidParameter") { request, _ in request.body = .bytes(Array(text.utf8)) }
    }
}

// MARK: Tokens

extension ConsoleAttack {
    /// Texts that are none of the gateway's tokens, made of one that is.
    fileprivate static let tokens: [ConsoleAttack] = [
        token("No token") { _ in "" }, token("A token that is cut") { String($0.dropLast()) },
        token("A token with something behind") { $0 + "0" }, token("A token that lasts longer") { "9" + $0 },
        token("A token of another name") { $0.replacing(".", with: ".0", maxReplacements: 1) },
        token("A token without its signature") { String($0.prefix(through: $0.lastIndex(of: ".") ?? $0.startIndex)) },
        token("A signature without anything signed") { "..\($0.split(separator: ".").last ?? "")" },
        token("A token in another case") { $0.uppercased() },
        token("The application key") { _ in TestGateway.key },
        token("The application secret") { _ in TestGateway.secret.revealed },
    ]

    private static func token(
        _ name: String, _ change: @escaping @Sendable (String) -> String
    ) -> ConsoleAttack {
        ConsoleAttack(name, .read, 401, "Unauthorized") { request, _ in
            let changed = change(request.token)
            #expect(changed != request.token)
            request.token = changed
        }
    }

    fileprivate static let sessions: [ConsoleAttack] = [
        ConsoleAttack("A token that has expired", .read, 401, "Unauthorized") { _, gateway in
            gateway.date.advance(by: .seconds(30 * 24 * 3600))
        },
        ConsoleAttack("A token of another data folder", .read, 401, "Unauthorized") { request, _ in
            let token = Mutex("")
            try await TestGateway.run(with: TestGateway.withConsole()) { other in
                let made = try await other.signIn()
                token.withLock { $0 = made }
            }
            request.token = token.withLock { $0 }
        },
        ConsoleAttack("A code as a token", .read, 401, "Unauthorized") { request, gateway in
            request.token = try gateway.newCode()
        },
        ConsoleAttack("A token in a cookie", .read, 401, "Unauthorized") { request, _ in
            request.headers[.cookie] = "session=\(request.token); token=\(request.token)"
            request.headers[.authorization] = nil
        },
        ConsoleAttack("A token in the address", .read, 401, "Unauthorized") { request, _ in
            request.path += "?token=\(request.token)"
            request.headers[.authorization] = nil
        },
        ConsoleAttack("A token of another scheme", .read, 401, "Unauthorized") { request, _ in
            request.headers[.authorization] = "Basic \(request.token)"
        },
        ConsoleAttack("A call that an application key has signed", .read, 401, "Unauthorized") { request, gateway in
            request.headers = gateway.signed(request.path, [])
        },
        ConsoleAttack("A session that makes a code for another", .write, 401, "Unauthorized") { request, _ in
            request.path = "/speedpix/console/codes"
        },
    ]
}

// MARK: Methods and paths

extension ConsoleAttack {
    fileprivate static let methods: [ConsoleAttack] = [
        preflight("sign in", .signIn), preflight("read", .read), preflight("send", .write),
        preflight("open the page", .page), preflight("load a file", .file),
        method("Having a request repeated with its token", .read, .trace),
        method("Removing what is there to be read", .read, .delete),
        method("Changing a file of the page", .file, .put), method("Sending to the page", .page, .post),
    ]

    private static func method(
        _ name: String, _ kind: PageRequest.Kind, _ method: HTTPRequest.Method
    ) -> ConsoleAttack {
        ConsoleAttack(name, kind, 404, "ApiNotFound") { request, _ in
            request.method = method
            request.body = .none
        }
    }

    /// As a browser asks before a page of elsewhere may do it.
    private static func preflight(_ name: String, _ kind: PageRequest.Kind) -> ConsoleAttack {
        ConsoleAttack("Asking whether another site may \(name)", kind, 404, "ApiNotFound") { request, _ in
            request.method = .options
            request.body = .none
            request.headers = [
                .origin: "https://evil.example", .secFetchSite: "cross-site", .accessControlRequestMethod: "POST",
                .accessControlRequestHeaders: "authorization",
            ]
        }
    }

    fileprivate static let files: [ConsoleAttack] = [
        file("/console/../speedpix-gateway/admin-token"), file("/console/..%2fadmin-token"),
        file("/console/%2e%2e%2fconsole-key"), file("/console/..%5curl-key"), file("/console//etc/passwd"),
        file("/console/%2fetc%2fpasswd"), file("/console/index.html%00.js"), file("/console/index.html/.."),
        file("/console/Page/index.html"), file("/console/"), file("/console/."), file("/console/INDEX.HTML"),
        file("/console-key"), file("/admin-token"),
    ]

    private static func file(_ path: String) -> ConsoleAttack {
        ConsoleAttack("The file \(path)", .file, 404, nil) { request, _ in request.path = path }
    }
}
