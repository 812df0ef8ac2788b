import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle

/// `GET /speedpix/events`: what changes, for as long as the client stays, as a `text/event-stream`.
///
/// It takes its token as the other routes do, so that browsers read it with `fetch` and not with `EventSource`.
struct EventsRoute: AdminRoute {
    let method = HTTPRequest.Method.get
    let path = "events"
    let feed: ConsoleFeed

    func respond(to request: Request, _ context: GatewayContext) async throws -> Response {
        guard !feed.isFull else {
            var refusal = Refusal(
                "TooManyPages", "\(ConsoleFeed.mostReaders) pages are open already; close one of them",
                status: .serviceUnavailable)
            refusal.headers[.retryAfter] = "30"
            throw refusal
        }
        var headers: HTTPFields = [.contentType: ServerSentEvent.mediaType, .cacheControl: "no-store"]
        // nginx would hold events back until it has some kilobytes of them.
        if let buffering = HTTPField.Name("X-Accel-Buffering") { headers[buffering] = "no" }
        let body = ResponseBody { [feed, channel = context.channel] writer in
            guard let reader = feed.addReader(close: { channel.close(promise: nil) }) else {
                return try await writer.finish(nil)
            }
            defer { feed.remove(reader) }
            // A page that is left open must not hold up the gateway's end.
            try await withGracefulShutdownHandler {
                // Nothing more comes from the client: that its side has ended shows that it has left.
                try await request.body.consumeWithInboundCloseHandler { _ in
                    try await feed.send(to: reader) { try await writer.write($0) }
                } onInboundClosed: {
                    reader.end()
                }
            } onGracefulShutdown: {
                reader.end()
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: headers, body: body)
    }
}
