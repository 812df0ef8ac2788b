import HTTPTypes

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension Files {
    /// Redirects that a fetch follows. Stores need one or two; browsers follow 20.
    private static let mostRedirects = 5

    /// Sends a `GET` for a file, and follows redirects; each URL must be one that files may come from.
    ///
    /// - Throws: ``SpeedPixError`` with code `not_allowed`; ``TransportError``; what a middleware throws;
    ///   `CancellationError`.
    func fetch(_ url: String, _ headers: HTTPFields) async throws -> TransportResponse {
        let configuration = caller.configuration
        var request = TransportRequest(method: .get, url: url, headers: headers, timeout: configuration.timeout)
        request.headers[.userAgent] = configuration.userAgent
        var visited: Set<String> = [url]
        while true {
            request.allowedAddresses = try configuration.downloadHosts.check(
                request.url, endpoint: configuration.endpoint)
            let response = try await caller.pipeline.transfer(request, for: .download)
            guard let next = Self.redirection(response, from: request.url) else { return response }
            guard visited.count <= Self.mostRedirects, visited.insert(next).inserted else {
                throw TransportError("too many redirects, the last one to \(next)", mayHaveReachedService: true)
            }
            request = Self.redirected(request, to: next)
        }
    }

    /// Where an answer sends the request; nil if it does not.
    private static func redirection(_ response: TransportResponse, from url: String) -> String? {
        guard [301, 302, 303, 307, 308].contains(response.status.code),
            let location = response.headers[.location],
            let url = URL(string: location, relativeTo: URL(string: url))
        else { return nil }
        return url.absoluteURL.absoluteString
    }

    static func redirected(_ request: TransportRequest, to url: String) -> TransportRequest {
        var redirected = request
        redirected.url = url
        let (from, to) = (RequestTarget(request.url), RequestTarget(url))
        if from?.host != to?.host || from?.port != to?.port || from?.scheme != to?.scheme {
            // What was meant for one host is not for another one.
            redirected.headers[.authorization] = nil
            redirected.headers[.cookie] = nil
        }
        return redirected
    }
}
