import HTTPTypes
import SpeedPix
import Testing

@testable import SpeedPixGateway

extension HTTPField.Name {
    /// `Host`, for requests that have another one than their connection says.
    static let hostField = HTTPField.Name("Host") ?? .via
}

/// A request as a browser makes it for the console's page, to be changed into one of somebody else's.
struct PageRequest: Sendable {
    enum Kind: Sendable {
        /// Trades a new code for a token.
        case signIn
        /// Reads something with a token.
        case read
        /// Sends something with a token.
        case write
        /// Opens the page.
        case page
        /// Loads a file of the page.
        case file
    }

    var method: HTTPRequest.Method
    var path: String
    var headers: HTTPFields
    var body: TransportRequest.Body = .none

    /// - Parameter kind: Those with a token begin a session of their own.
    init(_ kind: Kind, to gateway: TestGateway) async throws {
        method = .get
        headers = [.secFetchSite: "same-origin"]
        switch kind {
        case .signIn:
            path = "/console/session"
            try post(["code": .string(try gateway.newCode())], from: gateway.endpoint)
        case .read:
            path = "/speedpix/status"
            token = try await gateway.signIn()
        case .write:
            path = "/speedpix/publication-check"
            try post(["id": "shop", "script": "return {}"], from: gateway.endpoint)
            token = try await gateway.signIn()
        case .page:
            path = "/"
            headers = [.secFetchSite: "none", .accept: "text/html,application/xhtml+xml,*/*;q=0.8"]
        case .file:
            path = "/console/index.html"
        }
    }

    /// The token that it shows.
    var token: String {
        get { String((headers[.authorization] ?? "").dropFirst("Bearer ".count)) }
        set { headers[.authorization] = "Bearer \(newValue)" }
    }

    /// Makes it one that sends JSON.
    private mutating func post(_ json: JSONValue, from origin: String) throws {
        method = .post
        headers[.origin] = origin
        try setBody(json)
    }

    mutating func setBody(_ json: JSONValue) throws {
        body = .bytes(try json.encoded())
    }
}

extension TestGateway {
    /// The configuration of a gateway with the console.
    static func withConsole(_ change: (inout GatewayConfiguration) -> Void = { _ in }) -> GatewayConfiguration {
        configured {
            $0.hasConsole = true
            change(&$0)
        }
    }

    var port: String { endpoint.split(separator: ":").last.map { String($0) } ?? "" }

    func newCode() throws -> String { try #require(console).make().code }

    func send(_ request: PageRequest) async throws -> Answer {
        try await send(request.method, request.path, headers: request.headers, body: request.body)
    }

    /// The token of a new session.
    func signIn() async throws -> String {
        let answer = try await send(try await PageRequest(.signIn, to: self))
        return try #require(answer.json["data"]?["token"]?.stringValue, "\(answer.text)")
    }
}
