import HTTPTypes
import Hummingbird
import ServiceLifecycle

/// The gateway's page, and the routes that it uses besides those that commands use.
///
/// Each area of the page gives its routes in a value of its own; ``ConsoleParts`` puts them together.
struct Console: Sendable {
    /// The routes below ``AdminRoutes/prefix`` that answer with an envelope.
    let calls: [any AdminCall]
    /// Those that answer with something else, such as events.
    let routes: [any AdminRoute]
    private let access: ConsoleAccess
    private let files: ConsoleFiles
    private let thumbnails: ThumbnailRoute
    /// Answers the signed URLs of files of ComfyUI's servers; nil without servers.
    private let serverFiles: ServerFileRoute?

    init(
        access: ConsoleAccess, calls: [any AdminCall], routes: [any AdminRoute], thumbnails: ThumbnailRoute,
        serverFiles: ServerFileRoute?
    ) {
        self.access = access
        self.calls = calls
        self.routes = routes
        self.thumbnails = thumbnails
        self.serverFiles = serverFiles
        files = ConsoleFiles(origins: access.origins)
    }

    /// What it needs to have running, besides the server.
    var services: [any Service] { [thumbnails.thumbnails] }

    /// Adds the routes that are not below that prefix: the files of the page, the one that begins a session, and signed URLs.
    func add(to router: Router<GatewayContext>) {
        if let serverFiles {
            router.get(RouterPath(ServerFileSigner.prefix + ":number")) { request, context in
                try await serverFiles.answer(request, context)
            }
        }
        router.post(RouterPath(ConsoleFiles.prefix + "session")) { [access] request, context in
            try await access.begin(request, context)
        }
        for method in [HTTPRequest.Method.get, .head] {
            router.on(RouterPath(ConsoleFiles.prefix + ":name"), method: method) { [files] request, context in
                try files.file(context.parameters.get("name") ?? "", request)
            }
        }
        thumbnails.add(to: router)
    }

    /// The page, if that is what a request of `/` is for. A refusal of it is a text, since a person reads it.
    func page(_ request: Request) -> Response? {
        guard ConsoleFiles.isWanted(by: request) else { return nil }
        do throws(Refusal) {
            return try files.page(request)
        } catch {
            let response = Response(
                status: error.status, headers: [.contentType: "text/plain; charset=utf-8", .vary: "Accept"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: error.message + "\n")))
            return request.method == .head ? response.createHeadResponse() : response
        }
    }
}
