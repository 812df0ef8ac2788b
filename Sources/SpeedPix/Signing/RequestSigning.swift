#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What a client signs with: its key, and where the date and the nonce of each signature come from.
///
/// ``HTTPPipeline`` applies it to each try of a request when all middleware is done, so that a retry is signed anew and what is
/// signed is what is sent.
struct RequestSigning: Sendable {
    private struct Source: Sendable {
        let signer: RequestSigner
        let now: @Sendable () -> Date
        let nonce: @Sendable () -> String
    }

    // Behind a reference: each function that a request passes through has a copy.
    private let source: Indirect<Source>
    /// Seconds to add to this machine's clock to get the service's.
    var clockOffset = 0.0

    /// - Parameters:
    ///   - now: This machine's date, asked for each signature.
    ///   - nonce: A value never used before, for each signature.
    init(signer: RequestSigner, now: @escaping @Sendable () -> Date, nonce: @escaping @Sendable () -> String) {
        source = .value(Source(signer: signer, now: now, nonce: nonce))
    }

    /// The request with its signature: of its other headers, its path and its bytes as they are.
    func signed(_ request: TransportRequest) -> TransportRequest {
        let source = source.value
        var body: [UInt8]?
        if case .bytes(let bytes) = request.body { body = bytes }
        let signature = source.signer.headers(
            method: request.method.rawValue, path: Self.path(of: request.url), body: body,
            date: source.now().addingTimeInterval(clockOffset), nonce: source.nonce())
        // What is signed counts, whatever there was of these names.
        let names = Set(signature.map(\.name))
        var headers = signature
        headers.append(contentsOf: request.headers.filter { !names.contains($0.name) })
        var request = request
        request.headers = headers
        return request
    }

    /// What follows scheme and host.
    private static func path(of url: String) -> String {
        var rest = url.utf8[...]
        // The third slash begins it.
        for _ in 0..<2 {
            guard let slash = rest.firstIndex(of: UInt8(ascii: "/")) else { return "/" }
            rest = rest[rest.index(after: slash)...]
        }
        return rest.firstIndex(of: UInt8(ascii: "/")).map { String(url[$0...]) } ?? "/"
    }
}
