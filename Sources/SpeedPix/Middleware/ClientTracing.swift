import HTTPTypes
import Tracing

/// Spans of what a client does, for any backend of swift-distributed-tracing.
///
/// - `speedpix.create` and `speedpix.wait`, each with `speedpix.prediction`, and the first with `speedpix.workflow`, too
/// - one of kind client for each try of each request, named after its ``ClientOperation``: `speedpix.progress`, with
///   `http.response.status_code`. The service and the store get its context in headers, as the tracer's backend writes it.
///
/// An error is recorded on the span that it ends. No span has an input, an output or a URL's signature.
struct ClientTracing: Sendable {
    private let tracer: any Tracer

    init(_ tracer: any Tracer) {
        self.tracer = tracer
    }

    /// A prediction's create or wait.
    ///
    /// - Throws: What the operation throws.
    func prediction(
        _ name: String, workflowID: String? = nil, id: String? = nil,
        _ operation: () async throws -> Prediction
    ) async throws -> Prediction {
        try await tracer.withAnySpan("speedpix.\(name)") { span in
            if let workflowID { span.attributes["speedpix.workflow"] = workflowID }
            if let id { span.attributes["speedpix.prediction"] = id }
            let prediction = try await operation()
            span.attributes["speedpix.prediction"] = prediction.id
            return prediction
        }
    }

    /// One try of a request.
    ///
    /// - Throws: What `send` throws.
    func request(
        _ request: TransportRequest, for operation: ClientOperation,
        _ send: (TransportRequest) async throws -> TransportResponse
    ) async throws -> TransportResponse {
        try await tracer.withAnySpan("speedpix.\(operation)", ofKind: .client) { span in
            var request = request
            tracer.inject(span.context, into: &request.headers, using: HeaderInjector())
            let response = try await send(request)
            span.attributes["http.response.status_code"] = response.status.code
            return response
        }
    }
}

private struct HeaderInjector: Injector {
    func inject(_ value: String, forKey key: String, into headers: inout HTTPFields) {
        if let name = HTTPField.Name(key) { headers[name] = value }
    }
}
