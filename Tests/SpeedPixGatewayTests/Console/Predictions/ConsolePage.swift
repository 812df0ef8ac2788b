import HTTPTypes
import SpeedPix
import Testing

@testable import SpeedPixGateway

/// The console's page at a gateway, signed in.
struct ConsolePage: Sendable {
    let gateway: TestGateway
    private let token: String

    init(_ gateway: TestGateway) async throws {
        self.gateway = gateway
        token = try await gateway.signIn()
    }

    /// - Parameter path: Below `/speedpix/`.
    func call(_ method: HTTPRequest.Method, _ path: String, _ body: JSONValue? = nil) async throws -> TestGateway.Answer
    {
        var content = TransportRequest.Body.none
        if let body { content = .bytes(try body.encoded()) }
        return try await gateway.send(
            method, "/speedpix/\(path)",
            headers: [
                .authorization: "Bearer \(token)", .secFetchSite: "same-origin", .origin: gateway.endpoint,
            ], body: content)
    }

    /// The `data` of an answer that is no refusal.
    func data(_ method: HTTPRequest.Method, _ path: String, _ body: JSONValue? = nil) async throws -> JSONValue {
        let answer = try await call(method, path, body)
        return try #require(answer.code == nil ? answer.json["data"] : nil, "\(answer.text)")
    }

    /// Makes predictions, and returns their ids.
    func create(_ workflow: String, _ inputs: JSONValue, _ others: [String: JSONValue] = [:]) async throws -> [String] {
        var body = others
        body["workflow"] = .string(workflow)
        body["inputs"] = inputs
        let made = try await data(.post, "predictions", .object(body))
        return (made["ids"]?.arrayValue ?? []).compactMap(\.stringValue)
    }

    /// Asks until a prediction has ended.
    func ended(_ id: String) async throws -> JSONValue {
        while true {
            let shown = try await data(.get, "predictions/\(id)")
            if PredictionRecord.Status(rawValue: shown["state"]?.stringValue ?? "")?.isTerminal == true { return shown }
            await Task.yield()
        }
    }

    /// Uploads a file, and returns the URL that goes into an input.
    func upload(_ filename: String, _ bytes: [UInt8]) async throws -> String {
        let signed = try await data(.post, "uploads", ["filename": .string(filename)])
        let put = try await gateway.send(
            .put, signed["upload_url"]?.stringValue ?? "",
            headers: [.contentType: signed["content_type"]?.stringValue ?? ""], body: .bytes(bytes))
        #expect(put.status == 200, "\(put.text)")
        return signed["url"]?.stringValue ?? ""
    }

    /// The ids of a part of the list.
    func ids(_ query: String) async throws -> [String] {
        let list = try await data(.get, "predictions?\(query)")
        return (list["predictions"]?.arrayValue ?? []).compactMap { $0["id"]?.stringValue }
    }
}
