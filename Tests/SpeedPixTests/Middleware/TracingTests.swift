import HTTPTypes
import InMemoryTracing
import SpeedPix
import SpeedPixTestSupport
import Testing
import Tracing

@Suite("Tracing")
struct TracingTests {
    private enum RequestID: ServiceContextKey {
        typealias Value = String
    }

    @Test("A run has a span for its create and its wait, and under them one for each request")
    func spans() async throws {
        let tracer = InMemoryTracer()
        let service = try ScriptedService(
            .ok([
                "uploadUrl": "https://store.test/put?Signature=x", "accessUrl": "https://store.test/a",
                "objectKey": "k",
            ]),
            .text(""), .ok(["taskId": "t-1"]), .text("", status: 503), .progress("succeeded"), .result)
        let client = service.client.with(tracer: tracer)
        _ = try await tracer.withSpan("request") { _ in
            try await client.predictions.run("wf-1", input: ["image": .bytes([1, 2], filename: "a.png")])
        }
        let spans = tracer.finishedSpans
        let names = Dictionary(spans.map { ($0.spanContext.spanID, $0.operationName) }) { $1 }
        let tree = spans.map { "\($0.operationName) < \($0.parentSpanID.flatMap { names[$0] } ?? "-")" }
        #expect(
            tree == [
                "speedpix.sign_upload < speedpix.create", "speedpix.upload < speedpix.create",
                "speedpix.create < speedpix.create", "speedpix.create < request", "speedpix.progress < speedpix.wait",
                "speedpix.progress < speedpix.wait", "speedpix.result < speedpix.wait", "speedpix.wait < request",
                "request < -",
            ])
        let create = try #require(spans.first { $0.operationName == "speedpix.create" && $0.kind == .internal })
        #expect(create.attributes.get("speedpix.workflow") == .string("wf-1"))
        #expect(create.attributes.get("speedpix.prediction") == .string("t-1"))
        let statuses = spans.compactMap { $0.attributes.get("http.response.status_code") }
        #expect(statuses == [200, 200, 200, 503, 200, 200].map { .int64($0) })
        for span in spans {
            #expect(!"\(span.attributes)".contains("Signature"), "\(span.operationName)")
        }
    }

    @Test("Requests carry the context of their span in headers, and an error is recorded on it")
    func propagation() async throws {
        let tracer = InMemoryTracer()
        let service = try ScriptedService(.refusal("NoSuchTask", "no such task"))
        _ = try await speedPixError { try await service.client.with(tracer: tracer).predictions.get("t-1") }
        let sent = try #require(service.requests.first)
        let injected = try #require(tracer.performedContextInjections.first?.values)
        #expect(!injected.isEmpty)
        for (key, value) in injected { #expect(sent.headers[try #require(HTTPField.Name(key))] == value) }
        let failed = try ScriptedService(.reset)
        _ = try await speedPixError {
            try await failed.client.with(tracer: tracer).predictions.create("wf-1", input: [:])
        }
        #expect(tracer.finishedSpans.filter { $0.operationName == "speedpix.create" }.allSatisfy { !$0.errors.isEmpty })
    }

    @Test("Middleware and callbacks see the task-local values of the task that called")
    func taskLocals() async throws {
        struct Seen: ClientMiddleware {
            func intercept(
                _ request: TransportRequest, operation: ClientOperation, next: ClientMiddleware.Next
            ) async throws -> TransportResponse {
                #expect(ServiceContext.current?[RequestID.self] == "r-7", "\(operation)")
                return try await next(request)
            }
        }
        let service = try ScriptedService(
            .ok(["uploadUrl": "https://store.test/put", "accessUrl": "https://store.test/a", "objectKey": "k"]),
            .text(""), .ok(["taskId": "t-1"]), .progress("running"), .progress("succeeded"), .result,
            middleware: [Seen()])
        var context = ServiceContext.topLevel
        context[RequestID.self] = "r-7"
        try await ServiceContext.withValue(context) {
            let options = RunOptions(
                wait: WaitOptions(onProgress: { _ in #expect(ServiceContext.current?[RequestID.self] == "r-7") }))
            let input: [String: InputValue] = ["image": .bytes([1, 2], filename: "a.png")]
            _ = try await service.predictions.run("wf-1", input: input, options: options)
        }
        #expect(service.requests.count == 6)
    }
}
