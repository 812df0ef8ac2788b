import Foundation
import Hummingbird
import SpeedPix

/// `POST /pictures` makes a picture and tells how far it is; `GET /pictures/{id}` passes the picture on.
struct PictureRoutes: Sendable {
    /// The longest silence on a line: proxies close one that is silent for a minute.
    private static let heartbeat: Duration = .seconds(15)

    let client: SpeedPixClient

    func add(to router: Router<BasicRequestContext>) {
        router.post("pictures") { request, context in events(request, context) }
        router.get("pictures/{id}") { _, context in try await picture(context) }
    }

    // MARK: Making

    /// Whoever leaves before the end cancels the prediction: nobody is there to fetch what would be paid for.
    private func events(_ request: Request, _ context: BasicRequestContext) -> Response {
        let text = request.uri.queryParameters["text"].map(String.init) ?? ""
        let client = client.with(logger: context.logger)
        let body = ResponseBody { writer in
            try await request.body.consumeWithCancellationOnInboundClose { photo in
                try await withThrowingTaskGroup { group in
                    let (events, sender) = AsyncStream<ServerSentEvent>.makeStream()
                    group.addTask {
                        await Self.make(photo, text, by: client) { sender.yield($0) }
                        sender.finish()
                    }
                    for await event in events { try await writer.write(event.encoded()) }
                }
            }
            try await writer.finish(nil)
        }
        // Whoever is told when a client leaves has read the connection to its end: it takes no other request.
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store", .connection: "close"],
            body: body)
    }

    private static func make(
        _ photo: RequestBody, _ text: String, by client: SpeedPixClient, tell: (ServerSentEvent) -> Void
    ) async {
        do {
            // The photo goes through a temporary file, since a signed upload says its length first.
            let prediction = try await client.predictions.create(
                "white-background",
                input: [
                    "image": .file(.stream(UploadStream(photo), filename: "photo")), "text": .string(text),
                ])
            tell(ServerSentEvent("created", ["id": .string(prediction.id)]))
            let updates = client.predictions.updates(
                of: prediction, atLeastEvery: heartbeat, options: WaitOptions(cancelOn: .stop))
            for try await now in updates { tell(ServerSentEvent(now)) }
        } catch let error as SpeedPixError {
            tell(ServerSentEvent(error))
        } catch {
            tell(ServerSentEvent("failed", ["code": "canceled", "message": .string("\(error)")]))
        }
    }

    // MARK: Passing on

    /// Chunk by chunk, as it comes from the service's store.
    private func picture(_ context: BasicRequestContext) async throws -> Response {
        let id = try context.parameters.require("id")
        let prediction: Prediction
        do {
            prediction = try await client.with(logger: context.logger).predictions.get(id)
        } catch let error as SpeedPixError {
            throw HTTPError(error.code == .apiError ? .notFound : .badGateway, message: error.message)
        }
        guard let file = prediction.files.first else { throw HTTPError(.notFound, message: "there is no picture yet") }
        return Response(
            status: .ok, headers: [.contentType: file.mimeType],
            body: ResponseBody(asyncSequence: client.files.stream(file)))
    }
}
