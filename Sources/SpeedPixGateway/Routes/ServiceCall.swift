import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// One of the service's signed calls.
protocol ServiceCall: Sendable {
    var route: Route { get }

    /// The envelope's `data`.
    ///
    /// - Throws: ``Refusal``, which becomes a failed envelope.
    func answer(_ call: SignedCall) async throws -> JSONValue
}

/// A call whose signature is good.
struct SignedCall: Sendable {
    let body: CallBody
    /// Who makes it.
    let caller: Caller
    /// The nonce that it has used up, if it has one.
    let nonce: UsedNonce?
    /// How many bytes the body had.
    let bodySize: Int
    /// Scheme, host and port as the client addressed the gateway: URLs in the answer start with it.
    let origin: String
    /// The gateway's date, as far as this call is concerned.
    let now: Date
    /// How long URLs in the answer are good for.
    let urlLifetime: Duration

    /// When a URL that is signed now expires, in seconds since 1970.
    var urlExpiry: Int64 {
        Int64(now.addingTimeInterval(urlLifetime / .seconds(1)).timeIntervalSince1970)
    }
}
