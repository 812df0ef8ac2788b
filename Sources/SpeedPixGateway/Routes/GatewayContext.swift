import Hummingbird
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What a request carries through the routes besides itself.
struct GatewayContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The request's connection.
    let channel: any Channel
    /// `apiInvokeId` of the envelope and `X-Ca-Request-Id` of the answer.
    var requestID = ""
    /// How far the gateway's clock is off for this request, on purpose.
    var clockSkew: Duration = .zero
    /// How long URLs in the answer are good for, if that is not the usual time.
    var urlLifetime: Duration?

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    /// Where the request's connection is served.
    var eventLoop: any EventLoop { channel.eventLoop }

    /// The date, as far as this request is concerned.
    func now(_ configuration: GatewayConfiguration) -> Date {
        configuration.now().addingTimeInterval(clockSkew / .seconds(1))
    }
}
