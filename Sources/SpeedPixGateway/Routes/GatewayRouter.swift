import HTTPTypes
import Hummingbird
import Logging
import SpeedPix

/// Lists every route of the gateway.
enum GatewayRouter {
    static func make(
        calls: [any ServiceCall], files: FileRoutes, previews: PreviewRoute, handler: SignedCallHandler,
        admin: AdminRoutes, console: Console?, logger: Logger
    ) -> Router<GatewayContext> {
        let router = Router(context: GatewayContext.self)
        if !handler.configuration.faults.isEmpty {
            // The outermost: it changes answers, and refusals are answers, too.
            router.add(middleware: FaultMiddleware(handler.configuration))
        }
        router.add(middleware: AnswerMiddleware(uniqueName: handler.configuration.uniqueName, logger: logger))
        for call in calls {
            router.post(RouterPath(call.route.rawValue)) { request, context in
                try await handler.respond(to: request, context, by: call)
            }
        }
        router.put("/files/**") { request, context in try await files.upload(request, context) }
        router.get("/files/**") { request, context in try await files.download(request, context) }
        router.head("/files/**") { request, context in try await files.download(request, context) }
        router.get("/previews/:id") { request, context in try await previews.answer(request, context) }
        admin.add(to: router)
        console?.add(to: router)
        router.get("/health") { _, _ in
            text(#"{"status":"ok"}"#, type: "application/json")
        }
        for method in [HTTPRequest.Method.get, .head] {
            router.on("/", method: method) { request, _ in
                if let page = console?.page(request) { return page }
                var response = text(
                    """
                    This is a local SpeedPix gateway (speedpix \(SpeedPixVersion.current)).
                    Give its address to a client as SPEEDPIX_ENDPOINT, with the key and the secret it was started with.

                    """,
                    type: "text/plain; charset=utf-8")
                if console != nil { response.headers[.vary] = "Accept" }
                return method == .head ? response.createHeadResponse() : response
            }
        }
        return router
    }

    private static func text(_ text: String, type: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
