import HTTPTypes
import NIOCore
import SpeedPix
import SpeedPixTestSupport
import Synchronization
import Testing

@Suite("Middleware")
struct MiddlewareTests {
    /// Runs a closure for each request.
    private struct Hook: ClientMiddleware {
        var body: @Sendable (TransportRequest, ClientOperation, ClientMiddleware.Next) async throws -> TransportResponse

        func intercept(
            _ request: TransportRequest, operation: ClientOperation, next: ClientMiddleware.Next
        ) async throws -> TransportResponse {
            try await body(request, operation, next)
        }
    }

    private struct Whim: Error {}

    @Test("Middleware sees each request without its secret and signature")
    func itSeesEveryRequestWithoutSecretOrSignature() async throws {
        let seen = Mutex<[(operation: ClientOperation, text: String)]>([])
        let hook = Hook { request, operation, next in
            let text = request.headers.map { "\($0.name): \($0.value)" }.joined(separator: "\n").lowercased()
            seen.withLock { $0.append((operation, text)) }
            return try await next(request)
        }
        let service = try ScriptedService(
            .ok(["uploadUrl": "https://store.test/put", "accessUrl": "https://store.test/a", "objectKey": "k"]),
            .text(""), .ok(["taskId": "t-1"]), .reset, .progress("succeeded"), .result, .text("picture"),
            middleware: [hook])
        let done = try await service.predictions.run("wf-1", input: ["image": .bytes([1, 2], filename: "a.png")])
        _ = try await service.files.read(try #require(done.files.first).url)
        let operations = seen.withLock { $0.map(\.operation) }
        #expect(
            operations == [
                .signUpload, .upload, .create, .progress, .progress, .result, .download,
            ])
        #expect(service.requests.count == 7)
        for (operation, text) in seen.withLock({ $0 }) {
            let isClean = !text.contains("x-ca-") && !text.contains(ScriptedService.appSecret)
            #expect(isClean, "\(operation)")
        }
    }

    @Test("A request is signed as middleware has changed it")
    func changedRequestIsSigned() async throws {
        let hook = Hook { request, _, next in
            var request = request
            request.headers[.init("traceparent")!] = "00-1"
            request.url += "?trace=1"
            request.body = .bytes(Array(#"{"taskId":"t-2"}"#.utf8))
            return try await next(request)
        }
        let plain = try ScriptedService(.progress("running"))
        let service = try ScriptedService(.progress("running"), middleware: [hook])
        _ = try await plain.predictions.get("t-2")
        _ = try await service.predictions.get("t-1")
        let sent = try #require(service.requests.first)
        #expect(sent.headers[.init("traceparent")!] == "00-1")
        #expect(sent.headers[.contentMD5] == plain.requests.first?.headers[.contentMD5])
        // The query is part of what is signed.
        #expect(sent.headers[.caSignature] != plain.requests.first?.headers[.caSignature])
    }

    @Test("An error that middleware throws in an upload or a download is the cause of a SpeedPixError")
    func errorOfATransfer() async throws {
        let hook = Hook { request, operation, next in
            if [.upload, .download].contains(operation) { throw Whim() }
            return try await next(request)
        }
        let service = try ScriptedService(
            .ok(["uploadUrl": "https://store.test/put", "accessUrl": "https://store.test/a", "objectKey": "k"]),
            middleware: [hook])
        let upload = try await speedPixError { try await service.files.upload(.bytes([1], filename: "a.png")) }
        let download = try await speedPixError { try await service.files.read("https://store.test/a") }
        for error in [upload, download] {
            #expect(error.code == .network && !error.isRetryable && (error.cause as? TransportError)?.cause is Whim)
            #expect(error.message.contains("a middleware refused: Whim()"), "\(error)")
        }
    }

    @Test("The first middleware of the list sees the request first")
    func orderOfMiddleware() async throws {
        let order = Mutex("")
        let hooks = ["a", "b"].map { name in
            Hook { request, _, next in
                order.withLock { $0 += name }
                defer { order.withLock { $0 += name.uppercased() } }
                return try await next(request)
            }
        }
        let service = try ScriptedService(.progress("running"), middleware: hooks)
        _ = try await service.predictions.get("t-1")
        let seen = order.withLock { $0 }
        #expect(seen == "abBA")
    }

    @Test("Middleware can answer without sending the request")
    func answersWithoutSending() async throws {
        let hook = Hook { _, _, _ in
            TransportResponse(
                status: .ok, headers: [:], body: AnyByteStream(Array(#"{"data":{"taskId":"t-9"}}"#.utf8)))
        }
        let service = try ScriptedService(middleware: [hook])
        #expect(try await service.create().id == "t-9")
        #expect(service.requests.isEmpty)
    }

    /// What it stopped before it was sent has had no effect: that is no doubt, and no reason to try again.
    @Test("A create that middleware stops before sending is neither in doubt nor retried")
    func refusedCreateIsNotInDoubt() async throws {
        let calls = Counter()
        let hook = Hook { _, _, _ in
            _ = calls.next()
            throw Whim()
        }
        let service = try ScriptedService(middleware: [hook])
        let error = try await speedPixError { try await service.create() }
        #expect(error.code == .network && !error.isRetryable)
        #expect((error.cause as? TransportError)?.cause is Whim)
        #expect(error.message.contains("a middleware refused: Whim()"), "\(error)")
        #expect(calls.next() == 2)
    }

    /// After the request has gone out, a middleware's error says nothing about what the service did.
    @Test("A create that middleware fails after it was sent is in doubt")
    func anErrorAfterACreateIsDoubt() async throws {
        let hook = Hook { request, _, next in
            _ = try await next(request)
            throw Whim()
        }
        let service = try ScriptedService(.ok(["taskId": "t-1"]), middleware: [hook])
        #expect(try await speedPixError { try await service.create() }.code == .unknownOutcome)
        #expect(service.requests.count == 1)
    }
}
