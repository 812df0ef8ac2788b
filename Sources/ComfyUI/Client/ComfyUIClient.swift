import AsyncHTTPClient
import HTTPTypes
import NIOCore
package import SpeedPix

/// The calls of one ComfyUI server over HTTP.
///
/// Each call goes to a path under `/api`, has a time limit, reads a bounded answer, follows no redirect and is sent once: who
/// calls decides whether to try again. All throw ``ComfyUIError``, and `CancellationError` as soon as their task is cancelled.
package struct ComfyUIClient: Sendable {
    /// How long calls may take and how large their answers may be.
    package struct Limits: Sendable, Hashable {
        /// Of a call whose answer is small.
        package var call: Duration = .seconds(15)
        /// Of a call whose answer has megabytes: classes of nodes, history.
        package var largeCall: Duration = .seconds(60)
        /// Of a post of a prompt, which the server checks before it answers; that of a large graph takes it seconds.
        package var submit: Duration = .seconds(60)
        /// Until a file begins to come, and after each part of it; and of an upload before its first byte.
        package var transfer: Duration = .seconds(60)
        /// Bytes a second that an upload is expected to make at least; it may take longer by as much.
        package var slowestUpload: Int64 = 1 << 20
        /// Bytes of a small answer.
        package var smallBody = 1 << 20
        /// Bytes of the answer to a prompt: a refusal repeats all choices of an input.
        package var refusalBody = 16 << 20
        /// Bytes of classes, queue and history.
        package var largeBody = 64 << 20

        package init() {}
    }

    /// The server.
    package let address: ComfyUIServerAddress
    let limits: Limits
    let transport: any HTTPTransport
    let clock: any Clock<Duration>

    /// - Parameters:
    ///   - transport: What carries the requests; nil stands for pooled connections that trust what the address says. They
    ///     are closed when the last copy of the client is gone and the last answer read.
    ///   - clock: By which the time limits count.
    package init(
        _ address: ComfyUIServerAddress, limits: Limits = Limits(), transport: (any HTTPTransport)? = nil,
        clock: any Clock<Duration> = TimerClock()
    ) {
        self.address = address
        self.limits = limits
        self.clock = clock
        if let transport {
            self.transport = transport
        } else {
            var settings = NetworkSettings()
            settings.trust = address.trust
            self.transport = RoutedHTTPTransport(settings)
        }
    }

    /// A whole answer.
    struct Answer: Sendable {
        let status: Int
        let headers: HTTPFields
        let body: ByteBuffer
    }

    /// Sends one request and reads the whole answer, whatever its status.
    ///
    /// - Parameters:
    ///   - path: As ``ComfyUIServerAddress/url(_:query:)`` takes it.
    ///   - limit: Time for all of it; nil for ``Limits/call``.
    ///   - bodyLimit: Bytes that the answer may have; nil for ``Limits/smallBody``.
    func answer(
        _ method: HTTPRequest.Method, _ path: String, query: [(String, String)] = [],
        body: TransportRequest.Body = .none, contentType: String? = nil, limit: Duration? = nil, bodyLimit: Int? = nil
    ) async throws -> Answer {
        let limit = limit ?? limits.call
        let bodyLimit = bodyLimit ?? limits.smallBody
        let request = request(method, path, query: query, body: body, contentType: contentType, limit: limit)
        do {
            return try await withDeadline(limit, clock: clock, expired: expired) { [transport] in
                let response = try await transport.send(request)
                var body = ByteBuffer()
                for try await var chunk in response.body {
                    guard body.readableBytes + chunk.readableBytes <= bodyLimit else { throw tooLarge(bodyLimit) }
                    body.writeBuffer(&chunk)
                }
                return Answer(status: response.status.code, headers: response.headers, body: body)
            }
        } catch {
            throw explained(error)
        }
    }

    /// Posts a JSON document, and reads the whole answer.
    func post(
        _ path: String, _ json: JSONValue, limit: Duration? = nil, bodyLimit: Int? = nil
    ) async throws -> Answer {
        let bytes: [UInt8]
        do {
            bytes = try json.encoded()
        } catch {
            throw ComfyUIError(
                .configuration, "the request has a number that JSON does not have", mayHaveTakenEffect: false,
                cause: error)
        }
        return try await answer(
            .post, path, body: .bytes(bytes), contentType: "application/json", limit: limit, bodyLimit: bodyLimit)
    }

    func request(
        _ method: HTTPRequest.Method, _ path: String, query: [(String, String)] = [],
        body: TransportRequest.Body = .none, contentType: String? = nil, limit: Duration
    ) -> TransportRequest {
        var headers = address.headers
        if let contentType { headers[.contentType] = contentType }
        return TransportRequest(
            method: method, url: address.url(path, query: query), headers: headers, body: body, timeout: limit)
    }

    /// The JSON of an answer that is a success.
    func json(_ answer: Answer) throws -> JSONValue {
        try check(answer)
        do {
            return try PythonJSON.parse(answer.body.readableBytesView)
        } catch {
            throw malformed("what it answered is not JSON", cause: error)
        }
    }
}

// MARK: Errors

extension ComfyUIClient {
    /// - Throws: For every status that is no success.
    func check(_ answer: Answer) throws {
        guard !(200...299).contains(answer.status) else { return }
        throw address.failure(answer.status, headers: answer.headers, body: answer.body)
    }

    func malformed(_ message: String, cause: (any Error)? = nil) -> ComfyUIError {
        ComfyUIError(
            .malformed, "\(address): \(message)",
            remedy: "check that ComfyUI runs at this address, and nothing else", mayHaveTakenEffect: true, cause: cause)
    }

    private func tooLarge(_ limit: Int) -> ComfyUIError {
        ComfyUIError(
            .tooLarge, "\(address): the answer is larger than \(limit >> 20) MiB", mayHaveTakenEffect: true)
    }

    @Sendable private func expired() -> any Error {
        ComfyUIError(.timeout, "\(address) did not answer in time", mayHaveTakenEffect: true)
    }

    /// The transport's errors as those of this room; others as they are.
    func explained(_ error: any Error) -> any Error {
        guard let error = error as? TransportError else { return error }
        let cause = error.cause as? HTTPClientError
        let isTimeout = cause == .deadlineExceeded || cause == .readTimeout
        let code: ComfyUIError.Code =
            !error.mayHaveReachedService ? .unreachable : isTimeout ? .timeout : .lostAnswer
        return ComfyUIError(
            code, "\(address): \(error.message)",
            remedy: error.remedy ?? (code == .unreachable ? "check that ComfyUI runs there" : nil),
            mayHaveTakenEffect: error.mayHaveReachedService, cause: error)
    }
}
