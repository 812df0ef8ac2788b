import Crypto
import HTTPTypes
import Hummingbird
import NIOCore
import SpeedPix

/// The files of the page, as browsers get them: at `/console/NAME`, and the page itself at `/`.
struct ConsoleFiles: Sendable {
    static let prefix = "/console/"

    /// What the files are, by their names in the folder `Page`.
    static let contents: [String: [UInt8]] = [
        "again.js": PackageResources.again_js,
        "api.js": PackageResources.api_js,
        "app.css": PackageResources.app_css,
        "app.js": PackageResources.app_js,
        "batches.js": PackageResources.batches_js,
        "candidates.js": PackageResources.candidates_js,
        "compare.js": PackageResources.compare_js,
        "components.css": PackageResources.components_css,
        "controls.js": PackageResources.controls_js,
        "create.js": PackageResources.create_js,
        "dialogs.js": PackageResources.dialogs_js,
        "dom.js": PackageResources.dom_js,
        "doubts.js": PackageResources.doubts_js,
        "faults.js": PackageResources.faults_js,
        "feed.js": PackageResources.feed_js,
        "filefield.js": PackageResources.filefield_js,
        "filters.js": PackageResources.filters_js,
        "findings.js": PackageResources.findings_js,
        "form.css": PackageResources.form_css,
        "form.js": PackageResources.form_js,
        "grid.js": PackageResources.grid_js,
        "hold.js": PackageResources.hold_js,
        "icon.svg": PackageResources.icon_svg,
        "index.html": PackageResources.index_html,
        "json.js": PackageResources.json_js,
        "keys.js": PackageResources.keys_js,
        "list.js": PackageResources.list_js,
        "media.js": PackageResources.media_js,
        "notes.js": PackageResources.notes_js,
        "operations.css": PackageResources.operations_css,
        "plan.js": PackageResources.plan_js,
        "prediction.css": PackageResources.prediction_css,
        "prediction.js": PackageResources.prediction_js,
        "presets.js": PackageResources.presets_js,
        "publish.js": PackageResources.publish_js,
        "results.js": PackageResources.results_js,
        "run.js": PackageResources.run_js,
        "run_text.js": PackageResources.run_text_js,
        "runs.js": PackageResources.runs_js,
        "servers.js": PackageResources.servers_js,
        "shell.js": PackageResources.shell_js,
        "signin.js": PackageResources.signin_js,
        "steady.js": PackageResources.steady_js,
        "storage.js": PackageResources.storage_js,
        "strip.js": PackageResources.strip_js,
        "table.js": PackageResources.table_js,
        "text.js": PackageResources.text_js,
        "texts_en.json": PackageResources.texts_en_json,
        "texts_zh.json": PackageResources.texts_zh_json,
        "tile.js": PackageResources.tile_js,
        "trial.js": PackageResources.trial_js,
        "usage.js": PackageResources.usage_js,
        "versions.js": PackageResources.versions_js,
        "wall.css": PackageResources.wall_css,
        "wall.js": PackageResources.wall_js,
        "workflow.js": PackageResources.workflow_js,
        "workflow_text.js": PackageResources.workflow_text_js,
        "workflows.css": PackageResources.workflows_css,
        "workflows.js": PackageResources.workflows_js,
    ]

    /// The name of the page itself.
    private static let page = "index.html"

    /// What the page may do: use what the gateway serves, and nothing else. It makes no markup of texts, runs nothing that
    /// stands in it, and is in no frame.
    static let policy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' blob:", "media-src 'self'",
        "connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
        "require-trusted-types-for 'script'", "trusted-types 'none'",
    ].joined(separator: "; ")

    private struct File {
        let content: ByteBuffer
        let headers: HTTPFields
        let entityTag: String
    }

    private let origins: ConsoleGuard
    private let files: [String: File]

    init(origins: ConsoleGuard) {
        self.origins = origins
        files = Dictionary(
            uniqueKeysWithValues: Self.contents.map { name, bytes in
                let tag = "\"\(SHA256.hash(data: bytes).hexadecimal.prefix(32))\""
                return (
                    name,
                    File(
                        content: ByteBuffer(bytes: bytes), headers: Self.headers(name, entityTag: tag), entityTag: tag)
                )
            })
    }

    /// Whether a client of `/` wants the page, and not a text.
    static func isWanted(by request: Request) -> Bool {
        (request.headers[.accept] ?? "").split(separator: ",").contains { type in
            type.prefix { $0 != ";" }.filter { !$0.isWhitespace }.lowercased() == "text/html"
        }
    }

    /// `GET` and `HEAD` of `/`.
    ///
    /// - Throws: ``Refusal``.
    func page(_ request: Request) throws(Refusal) -> Response {
        var response = try file(Self.page, request)
        response.headers[.vary] = "Accept"
        return response
    }

    /// `GET` and `HEAD` of `/console/NAME`.
    ///
    /// - Throws: ``Refusal``, with HTTP 404 for a name that none of the files has.
    func file(_ name: String, _ request: Request) throws(Refusal) -> Response {
        try origins.checkHost(request.head)
        guard let file = files[name] else {
            throw Refusal("NoSuchFile", "the console has no file of this name", status: .notFound)
        }
        // The headers once more: a browser takes those of this answer for the file that it has kept.
        guard !FileRoutes.matches(request.headers[.ifNoneMatch], file.entityTag) else {
            return Response(status: .notModified, headers: file.headers)
        }
        let response = Response(status: .ok, headers: file.headers, body: ResponseBody(byteBuffer: file.content))
        return request.method == .head ? response.createHeadResponse() : response
    }

    /// The media type of a file by its name; nil for a kind that the page has none of.
    static func type(of name: String) -> String? {
        switch MediaType.fileExtension(of: name) {
        case "html": "text/html; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "json": "application/json"
        case "svg": "image/svg+xml"
        case "png": "image/png"
        default: nil
        }
    }

    private static func headers(_ name: String, entityTag: String) -> HTTPFields {
        var headers = HTTPFields()
        headers[.contentType] = type(of: name) ?? MediaType.unknown
        headers[.eTag] = entityTag
        // Asked for each time, and sent when it has changed: the next gateway may be of another version.
        headers[.cacheControl] = "no-cache"
        headers[.contentSecurityPolicy] = policy
        headers[.crossOriginResourcePolicy] = "same-origin"
        headers[.crossOriginOpenerPolicy] = "same-origin"
        headers[.referrerPolicy] = "no-referrer"
        return headers
    }
}

extension HTTPField.Name {
    fileprivate static let crossOriginOpenerPolicy = HTTPField.Name("Cross-Origin-Opener-Policy") ?? .via
    fileprivate static let referrerPolicy = HTTPField.Name("Referrer-Policy") ?? .via
}
