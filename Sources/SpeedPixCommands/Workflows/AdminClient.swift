import HTTPTypes
import NIOCore
import SpeedPix

/// The gateway's own routes, as commands call them.
struct AdminClient: Sendable {
    /// How long a call may take whose body is JSON.
    private static let timeout: Duration = .seconds(120)
    /// How long a file may take.
    private static let transferTimeout: Duration = .seconds(3600)
    /// Bytes. A larger answer is none of a gateway.
    private static let largestAnswer = 64 << 20

    /// Without a slash at its end.
    let endpoint: String
    private let token: Secret
    private let transport: any HTTPTransport
    private let clock: any Clock<Duration>

    /// - Parameters:
    ///   - transport: What carries the requests; nil for connections of its own, past all proxies.
    ///   - clock: By which the time limits count.
    init(
        endpoint: String, token: Secret, transport: (any HTTPTransport)? = nil,
        clock: any Clock<Duration> = TimerClock()
    ) {
        self.endpoint = endpoint
        self.token = token
        self.transport = transport ?? RoutedHTTPTransport(NetworkSettings())
        self.clock = clock
    }

    /// Makes a call.
    ///
    /// - Parameter path: What follows `/speedpix/`, part by part and not encoded.
    /// - Returns: The envelope's `data`.
    /// - Throws: ``AdminRefusal`` if the gateway says no; ``CommandFailure`` if none answers; `CancellationError`.
    func call(_ method: HTTPRequest.Method, _ path: [String], _ body: JSONValue? = nil) async throws -> JSONValue {
        var headers = HTTPFields()
        var content = TransportRequest.Body.none
        if let body {
            headers[.contentType] = "application/json; charset=utf-8"
            content = .bytes(try body.encoded())
        }
        return try await send(method, path, query: "", headers: headers, content, within: Self.timeout)
    }

    /// Stores a file at the gateway.
    ///
    /// - Returns: Its `key`, `filename`, `mime_type` and `size`.
    /// - Throws: As ``call(_:_:_:)``.
    func store(_ content: TransportRequest.Body, named filename: String) async throws -> JSONValue {
        var headers = HTTPFields()
        headers[.contentType] = "application/octet-stream"
        return try await send(
            .put, ["files"], query: "?filename=\(PercentEncoding.encode(filename))", headers: headers, content,
            within: Self.transferTimeout)
    }

    private func send(
        _ method: HTTPRequest.Method, _ path: [String], query: String, headers: HTTPFields,
        _ content: TransportRequest.Body, within limit: Duration
    ) async throws -> JSONValue {
        var headers = headers
        headers[.authorization] = "Bearer \(token.revealed)"
        let url = "\(endpoint)/speedpix/" + path.map { PercentEncoding.encode($0) }.joined(separator: "/") + query
        let request = TransportRequest(method: method, url: url, headers: headers, body: content, timeout: limit)
        do {
            let late = CommandFailure(.failure, "the gateway at \(endpoint) did not answer in time".printable())
            return try await withDeadline(
                limit, clock: clock, expired: { late },
                operation: { [transport] in
                    let response = try await transport.send(request)
                    var bytes: [UInt8] = []
                    for try await chunk in response.body {
                        guard bytes.count + chunk.readableBytes <= Self.largestAnswer else { throw noGateway("") }
                        bytes.append(contentsOf: chunk.readableBytesView)
                    }
                    return try data(of: bytes, response)
                })
        } catch let error as TransportError {
            throw CommandFailure(
                .failure, "no gateway answers at \(endpoint): \(error.message)".printable(),
                hint: "start one with speedpix serve, or name it with --gateway and --admin-token-file")
        }
    }

    private func data(of bytes: [UInt8], _ response: TransportResponse) throws -> JSONValue {
        guard let json = try? JSONValue(parsing: bytes), let envelope = Envelope(json, headers: response.headers) else {
            throw noGateway(" (HTTP \(response.status.code))")
        }
        if envelope.isSuccess, response.status.kind == .successful { return envelope.data }
        throw AdminRefusal(
            code: envelope.errorCode ?? "HTTP \(response.status.code)",
            message: envelope.errorMessage ?? "the gateway refuses it",
            findings: (envelope.data["findings"]?.arrayValue ?? []).compactMap { WorkflowFinding($0) })
    }

    private func noGateway(_ detail: String) -> CommandFailure {
        CommandFailure(
            .failure, "what answers at \(endpoint) is no gateway\(detail)".printable(),
            hint: "its own routes are those of speedpix serve, of this version or a later one")
    }
}

/// A call that the gateway refused.
struct AdminRefusal: Error {
    let code: String
    let message: String
    /// What is to be said of a workflow; empty of another refusal.
    let findings: [WorkflowFinding]
}

/// Something about a workflow that is to be published, in a sentence.
struct WorkflowFinding: Sendable, Hashable {
    let isError: Bool
    let message: String

    /// Reads what the gateway tells; nil for anything else.
    init?(_ json: JSONValue) {
        guard let message = json["message"]?.stringValue else { return nil }
        self.message = message
        isError = json["severity"]?.stringValue != "warning"
    }

    /// A line for a person.
    var line: String { "\(isError ? "error" : "warning"): \(message)".printable() }
}

extension CommandFailure {
    /// A refusal as the end of a command; what is to be said of a workflow has a line for each.
    init(_ refusal: AdminRefusal) {
        let isAccess = refusal.code == "Unauthorized"
        let lines = refusal.findings.isEmpty ? [refusal.message.printable()] : refusal.findings.map(\.line)
        self.init(
            isAccess ? .configuration : .failure,
            refusal.findings.isEmpty
                ? lines.joined() : "the workflow cannot be published\n" + lines.joined(separator: "\n"))
    }
}
