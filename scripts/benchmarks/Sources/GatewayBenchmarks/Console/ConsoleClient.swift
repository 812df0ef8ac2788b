import Foundation
import HTTPTypes
import NIOCore
import ProcessKit
import SpeedPix

/// Asks a gateway for what the console's page asks for, with a session as the page has it.
struct ConsoleClient: Sendable {
    private let endpoint: String
    private let token: String

    /// Opens a session: makes a link, as `speedpix console` does, and trades its code for a token, as the page does.
    ///
    /// - Parameter folder: Where the gateway has its data.
    init(_ gateway: MeasuredServer, in folder: ScratchFolder) async throws {
        let endpoint = gateway.endpoint
        let adminToken = try String(contentsOfFile: "\(folder.path)/speedpix-gateway/admin-token", encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let link = try await Self.send(
            .post, endpoint + "/speedpix/console/codes", [.authorization: "Bearer \(adminToken)"])
        let code = try Self.data(of: try await Self.collect(link))["code"] ?? .null
        let body: JSONValue = ["code": code]
        let session = try await Self.send(
            .post, endpoint + "/console/session", [.contentType: "application/json", .origin: endpoint],
            .bytes(try body.encoded()))
        guard let token = try Self.data(of: try await Self.collect(session))["token"]?.stringValue else {
            throw ChildProcess.Failure(message: "the gateway gave no token for the code of a link")
        }
        self.endpoint = endpoint
        self.token = token
    }

    /// A part of the list of predictions, as the bytes of the answer.
    ///
    /// - Parameter query: What follows the `?`.
    func predictions(_ query: String) async throws -> [UInt8] {
        try await Self.collect(try await Self.send(.get, "\(endpoint)/speedpix/predictions?\(query)", authorization))
    }

    /// How many predictions there are in all of which a query is a part.
    func predictionCount(_ query: String) async throws -> Int {
        guard case .integer(let count)? = try Self.data(of: try await predictions(query))["total"] else {
            throw ChildProcess.Failure(message: "the gateway does not tell how many predictions there are")
        }
        return Int(count)
    }

    /// The stream of events, as soon as it is there.
    func events() async throws -> AnyByteStream {
        try await Self.send(.get, endpoint + "/speedpix/events", authorization)
    }

    /// The page itself.
    func page() async throws -> [UInt8] {
        try await Self.collect(try await Self.send(.get, endpoint + "/", [.accept: "text/html"]))
    }

    /// Another file of the page.
    func file(_ name: String) async throws -> [UInt8] {
        try await Self.collect(try await Self.send(.get, "\(endpoint)/console/\(name)", [:]))
    }

    /// The `data` of an envelope.
    static func data(of answer: [UInt8]) throws -> JSONValue {
        guard let data = try JSONValue(parsing: answer)["data"] else {
            throw ChildProcess.Failure(message: "an answer of the gateway has no data")
        }
        return data
    }

    private var authorization: HTTPFields { [.authorization: "Bearer \(token)"] }

    /// - Returns: The body of the answer.
    private static func send(
        _ method: HTTPRequest.Method, _ url: String, _ headers: HTTPFields, _ body: TransportRequest.Body = .none
    ) async throws -> AnyByteStream {
        let response = try await AsyncHTTPTransport.shared.send(
            TransportRequest(method: method, url: url, headers: headers, body: body, timeout: .seconds(60)))
        guard response.status == .ok else {
            throw ChildProcess.Failure(message: "the gateway answered \(url) with \(response.status)")
        }
        return response.body
    }

    private static func collect(_ body: AnyByteStream) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await chunk in body { bytes += chunk.readableBytesView }
        return bytes
    }
}
