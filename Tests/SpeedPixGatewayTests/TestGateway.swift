import HTTPTypes
import Logging
import NIOCore
import SpeedPix
import SpeedPixTestSupport

@testable import SpeedPixGateway

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A gateway on a free port, with time standing still, and a client that knows it.
struct TestGateway: Sendable {
    static let key = "test-app-key"
    static let secret = Secret("test-app-secret")

    let endpoint: String
    let clock: ManualClock
    let date: ManualDate
    let client: SpeedPixClient
    let refusal: String?
    let console: ConsoleLink?

    static func run(
        workflows: [any LocalWorkflow] = [EchoWorkflow()],
        with configuration: GatewayConfiguration = configured(),
        body: (TestGateway) async throws -> Void
    ) async throws {
        let clock = ManualClock()
        let date = ManualDate()
        var configuration = configuration
        configuration.clock = clock
        configuration.now = { date.now }
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        try await Gateway.withRunning(configuration, workflows: workflows, logger: logger) { running in
            let client = SpeedPixClient(
                try SpeedPixClient.Configuration(appKey: key, appSecret: secret.revealed, endpoint: running.endpoint),
                dependencies: ClientDependencies(clock: ImmediateClock(), now: { date.now }))
            try await body(
                TestGateway(
                    endpoint: running.endpoint, clock: clock, date: date, client: client, refusal: running.refusal,
                    console: running.console))
        }
    }

    // MARK: Raw requests

    struct Answer: Sendable {
        var status: Int
        var headers: HTTPFields
        var bytes: [UInt8]

        var json: JSONValue { (try? JSONValue(parsing: bytes)) ?? .null }
        var code: String? { json["errCode"]?.stringValue }
        var message: String { json["errMessage"]?.stringValue ?? "" }
        var text: String { String(decoding: bytes, as: UTF8.self) }
    }

    func send(
        _ method: HTTPRequest.Method, _ url: String, headers: HTTPFields = [:], body: TransportRequest.Body = .none
    ) async throws -> Answer {
        let response = try await AsyncHTTPTransport.shared.send(
            TransportRequest(
                method: method, url: url.hasPrefix("http") ? url : endpoint + url, headers: headers, body: body,
                timeout: .seconds(60)))
        var bytes: [UInt8] = []
        for try await chunk in response.body { bytes.append(contentsOf: chunk.readableBytesView) }
        return Answer(status: response.status.code, headers: response.headers, bytes: bytes)
    }

    /// Headers of a correctly signed call.
    func signed(
        _ path: String, _ body: [UInt8], key: String = key, secret: Secret = secret, date: Date? = nil,
        nonce: String = UUID().uuidString
    ) -> HTTPFields {
        RequestSigner(appKey: key, secret: secret)
            .headers(path: path, body: body, date: date ?? self.date.now, nonce: nonce)
    }

    /// A correctly signed call with any bytes for a body.
    func call(_ route: Route, bytes: [UInt8]) async throws -> Answer {
        try await send(
            .post, route.rawValue, headers: signed(route.rawValue, bytes), body: bytes.isEmpty ? .none : .bytes(bytes))
    }

    /// A correctly signed call.
    func call(_ route: Route, _ body: JSONValue) async throws -> Answer {
        try await call(route, bytes: body.encoded())
    }

    /// Signs an upload.
    func signUpload(_ type: String = "text/plain", name: String = "a.txt", size: Int64? = nil) async throws -> (
        upload: String, access: String
    ) {
        var body: [String: JSONValue] = ["contentType": .string(type), "originalFilename": .string(name)]
        if let size { body["size"] = .integer(size) }
        let data = try await call(.signUpload, .object(body)).json["data"]
        return (data?["uploadUrl"]?.stringValue ?? "", data?["accessUrl"]?.stringValue ?? "")
    }

    /// Creates a prediction and returns its id.
    func create(_ workflow: String, _ inputs: JSONValue = [:]) async throws -> String {
        let answer = try await call(
            .create, ["workflow_id": .string(workflow), "alias_id": "main", "inputs": inputs])
        return answer.json["data"]?["taskId"]?.stringValue ?? ""
    }

    /// Asks until a prediction has ended.
    func ended(_ id: String) async throws -> Prediction {
        while true {
            let prediction = try await client.predictions.get(id)
            if prediction.status.isTerminal { return prediction }
            await Task.yield()
        }
    }

    func echo(_ input: [String: InputValue]) async throws -> Prediction {
        try await client.predictions.create("echo", input: input)
    }
}

extension CallVerifier {
    /// One that knows the tests' key alone.
    static func test(secret: Secret = TestGateway.secret) -> CallVerifier {
        CallVerifier(keys: ApplicationKeys(appKey: TestGateway.key, secret: secret), nonces: NonceCache())
    }
}

/// The configuration of a test's gateway, with some of it changed.
func configured(_ change: (inout GatewayConfiguration) -> Void = { _ in }) -> GatewayConfiguration {
    var configuration = GatewayConfiguration(
        appKey: TestGateway.key, appSecret: TestGateway.secret, computingWorkers: 2)
    change(&configuration)
    return configuration
}
