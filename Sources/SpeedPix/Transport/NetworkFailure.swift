import AsyncHTTPClient
import NIOCore
import NIOPosix
import NIOSSL

#if canImport(FoundationEssentials)
package import FoundationEssentials
#else
package import Foundation
#endif

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// An error of AsyncHTTPClient, NIO or TLS, as what it means for the caller: in plain words, and whether the request can
/// have reached the service.
package struct NetworkFailure {
    private let cause: any Error
    private let url: String
    private let bodyLeft: Bool?
    private let isDirect: Bool
    private let now: @Sendable () -> Date

    /// - Parameters:
    ///   - url: Where the request went.
    ///   - bodyLeft: Whether the request's body was sent, wholly or in part; nil where that is not known.
    ///   - isDirect: Whether the host was connected to, and not a proxy: only then its certificate can be looked at.
    ///   - now: This machine's date, by which a certificate is valid or not.
    package init(
        _ cause: any Error, url: String, bodyLeft: Bool?, isDirect: Bool = true, now: @escaping @Sendable () -> Date
    ) {
        self.cause = cause
        self.url = url
        self.bodyLeft = bodyLeft
        self.isDirect = isDirect
        self.now = now
    }

    /// What to throw: ``TransportError``, `CancellationError` if the calling task is cancelled, or what an upload's own source
    /// threw.
    package func error() async -> any Error {
        let isCancelled = cause is CancellationError || cause as? HTTPClientError == .cancelled
        if isCancelled, Task.isCancelled { return CancellationError() }
        // The upload's own source failed; that is not a fault of the network.
        if cause is SpeedPixError { return cause }
        if let error = BodyCoding.transportError(cause) { return error }
        let explained = await reason(cause)
        return TransportError(
            explained.text, mayHaveReachedService: bodyLeft ?? !Self.isBeforeConnection(cause),
            remedy: explained.remedy, isRetryable: !explained.isLasting, cause: cause)
    }

    /// What happened, and what to do about it.
    private struct Reason {
        var text: String
        var remedy: String?
        /// Whether it will be so the next time, too.
        var isLasting = false
    }

    private var place: String {
        guard let parsed = URL(string: url), let host = parsed.host() else { return "the server" }
        return parsed.port.map { "\(host):\($0)" } ?? host
    }

    private func reason(_ error: any Error) async -> Reason {
        switch error {
        case let error as NIOSSLError: return await tlsReason(error)
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            return Reason(
                text: "the certificate of \(place) was issued for other names",
                remedy: "check the endpoint's host, and whether a proxy answers in its place")
        case let error as NIOConnectionError: return await connectReason(error)
        case let error as IOError: return reason(errno: error.errnoCode)
        case is SocketAddressError: return noSuchHost
        case let error as HTTPClientError: return httpReason(error)
        case ChannelError.connectTimeout: return slowConnect
        case is ChannelError: return Reason(text: "the connection to \(place) was closed")
        default: return Reason(text: String(describing: error))
        }
    }

    private var noSuchHost: Reason {
        Reason(
            text: "there is no such host: \(place)",
            remedy: "check the endpoint's spelling, and this machine's name server")
    }
    private var slowConnect: Reason { Reason(text: "no connection to \(place) could be made in time") }

    private func connectReason(_ error: NIOConnectionError) async -> Reason {
        // One of several addresses may have been tried: the first says enough.
        if let first = error.connectionErrors.first { return await reason(first.error) }
        return error.dnsAError == nil && error.dnsAAAAError == nil
            ? Reason(text: "\(place) has no address") : noSuchHost
    }

    private func httpReason(_ error: HTTPClientError) -> Reason {
        switch error {
        case .connectTimeout: slowConnect
        case .tlsHandshakeTimeout: Reason(text: "\(place) did not finish the TLS handshake in time")
        case .getConnectionFromPoolTimeout: Reason(text: "no connection to \(place) became free in time")
        case .remoteConnectionClosed: Reason(text: "\(place) closed the connection")
        case .deadlineExceeded, .readTimeout: Reason(text: "\(place) did not answer in time")
        case .writeTimeout: Reason(text: "\(place) did not take the request in time")
        // A shutdown cancels the requests that are under way.
        case .alreadyShutdown, .cancelled:
            Reason(
                text: "the HTTP client was shut down", remedy: "make a client whose HTTPClient is still running",
                isLasting: true)
        default: Reason(text: error.shortDescription)
        }
    }

    private func reason(errno code: CInt) -> Reason {
        switch code {
        case ECONNREFUSED:
            Reason(text: "connection refused by \(place)", remedy: "check the endpoint, and whether the service runs")
        case ENETUNREACH, EHOSTUNREACH, ENETDOWN, EADDRNOTAVAIL:
            Reason(text: "there is no route to \(place): \(Self.text(of: code))", remedy: "check the network")
        case EMFILE, ENFILE:
            Reason(
                text:
                    "too many open files: this \(code == EMFILE ? "process" : "machine") can open no more connections",
                remedy: "raise the limit (ulimit -n), or run less at the same time")
        case ECONNRESET: Reason(text: "connection reset by peer: \(place)")
        case EPIPE: Reason(text: "\(place) closed the connection")
        case ETIMEDOUT: slowConnect
        default: Reason(text: "the connection to \(place) failed: \(Self.text(of: code))")
        }
    }

    private static func text(of code: CInt) -> String { String(cString: strerror(code)).lowercased() }

    // MARK: TLS

    private func tlsReason(_ error: NIOSSLError) async -> Reason {
        guard case .handshakeFailed(let failure) = error else {
            if case .uncleanShutdown = error {
                return Reason(text: "\(place) closed the TLS connection without saying so")
            }
            return Reason(text: "no TLS connection to \(place) could be begun: \(error)")
        }
        if case .sslError(let stack) = failure, stack.contains(.eofDuringHandshake) { return handshakeBroken }
        // BoringSSL's errors come as text alone: NIOSSL publishes neither their library nor their reason.
        let text = String(describing: failure)
        if text.contains("CERTIFICATE_VERIFY_FAILED") { return await untrustedCertificate }
        // What BoringSSL says of bytes that are not TLS records, and of those that are an HTTP answer.
        if ["WRONG_VERSION_NUMBER", "HTTP_REQUEST", "INVALID_OUTER_RECORD_TYPE"].contains(where: text.contains) {
            return Reason(
                text: "\(place) answered, but not in TLS",
                remedy: "check the endpoint: it may have to begin with http:// or have another port")
        }
        // BoringSSL's own word is the last part of "error:…:SSL routines:OPENSSL_internal:TLSV1_ALERT_…".
        if let start = text.firstRange(of: "OPENSSL_internal:") {
            let word = text[start.upperBound...].prefix { $0.isUppercase || $0.isNumber || $0 == "_" }
            return Reason(
                text: "the TLS handshake with \(place) failed: "
                    + word.lowercased().replacing("_", with: " "))
        }
        return handshakeBroken
    }

    private var handshakeBroken: Reason { Reason(text: "\(place) closed the connection during the TLS handshake") }

    private var untrustedCertificate: Reason {
        get async {
            let problem: String? =
                if isDirect, let parsed = URL(string: url), let host = parsed.host() {
                    await CertificateDiagnosis.problem(host: host, port: parsed.port ?? 443, now: now)
                } else {
                    nil
                }
            return Reason(
                text: "the certificate of \(place) is not trusted: "
                    + (problem ?? "no authority that this machine trusts has issued it"),
                remedy: "check the endpoint; where a company's proxy puts in its own certificate, name its authority's"
                    + " with the setting ca_file or with SSL_CERT_FILE")
        }
    }

    // MARK: Where it happened

    /// Whether the error is one that comes before a connection stands.
    private static func isBeforeConnection(_ error: any Error) -> Bool {
        switch error {
        case let error as HTTPClientError:
            [
                .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout, .invalidURL, .emptyHost,
                .emptyScheme, .socksHandshakeTimeout, .httpProxyHandshakeTimeout, .alreadyShutdown,
            ].contains(error)
        case is NIOConnectionError, is SocketAddressError, is NIOSSLExtraError: true
        case let error as NIOSSLError: if case .handshakeFailed = error { true } else { false }
        // Only connecting can be refused, and only a socket to be made can find no number.
        case let error as IOError: [ECONNREFUSED, EMFILE, ENFILE, ENETUNREACH].contains(error.errnoCode)
        default: false
        }
    }
}
