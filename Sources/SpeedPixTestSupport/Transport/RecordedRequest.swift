package import HTTPTypes
package import SpeedPix

/// One request as a transport got it, its body read to the end.
package struct RecordedRequest: Sendable {
    package var method: HTTPRequest.Method
    package var url: String
    package var headers: HTTPFields
    /// All bytes of the body.
    package var body: [UInt8] = []
    /// The length that a streamed body announced; nil for a body that was in memory or missing.
    package var streamLength: Int64?
    /// Sizes of a streamed body's chunks, in order.
    package var chunkSizes: [Int] = []
    package var timeout: Duration
    package var allowedAddresses: AllowedAddresses?

    /// Reads the request's body.
    init(_ request: TransportRequest) async throws {
        method = request.method
        url = request.url
        headers = request.headers
        timeout = request.timeout
        allowedAddresses = request.allowedAddresses
        switch request.body {
        case .none: break
        case .bytes(let bytes): body = bytes
        case .stream(let length, let chunks):
            streamLength = length
            for try await chunk in chunks {
                chunkSizes.append(chunk.readableBytes)
                body.append(contentsOf: chunk.readableBytesView)
            }
        }
    }

    /// The URL from its path on.
    package var path: String {
        let afterScheme = url.split(separator: "://", maxSplits: 1).last ?? ""
        return afterScheme.firstIndex(of: "/").map { String(afterScheme[$0...]) } ?? ""
    }

    /// The body as JSON; null if it is not JSON.
    package var json: JSONValue { (try? JSONValue(parsing: body)) ?? .null }
}
