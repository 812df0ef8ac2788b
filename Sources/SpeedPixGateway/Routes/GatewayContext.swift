import Hummingbird

/// What a request carries through the routes besides itself.
struct GatewayContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// `apiInvokeId` of the envelope and `X-Ca-Request-Id` of the answer.
    var requestID = ""

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
    }
}
