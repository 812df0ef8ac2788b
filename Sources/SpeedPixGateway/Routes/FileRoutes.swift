import HTTPTypes
import Hummingbird
import NIOCore
import SpeedPix
import _NIOFileSystem

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// `PUT`, `GET` and `HEAD` of signed file URLs. These requests carry no signature in their headers: the URL is it.
struct FileRoutes: Sendable {
    /// Enough to keep a fast line busy; with what is read ahead a download holds a few of these.
    private static let chunkLength = ByteCount.kibibytes(128)
    /// After so many chunks a download waits until they have reached the connection.
    private static let chunksAhead = 4

    let store: ObjectStore
    let urls: URLSigner
    let keys: ApplicationKeys
    let configuration: GatewayConfiguration

    // MARK: Uploads

    func upload(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let now = context.now(configuration)
        let grant = try grant(request, for: .write, now: now)
        guard Self.isSame(request.headers[.contentType] ?? "", grant.contentType) else {
            throw Refusal.accessDenied("the Content-Type is not the one that was signed, \(grant.contentType)")
        }
        guard let length = request.headers[.contentLength].flatMap({ Int64($0) }), length >= 0 else {
            throw Refusal("MissingContentLength", "the upload needs a Content-Length", status: .lengthRequired)
        }
        guard length <= configuration.maximumUploadBytes else {
            throw Refusal.tooLarge("the file has \(length) bytes; the most is \(configuration.maximumUploadBytes)")
        }
        guard grant.size == nil || grant.size == length else {
            throw Refusal.accessDenied("the Content-Length is not the size that was signed, \(grant.size ?? 0)")
        }
        let owner: Caller? = if let tag = grant.key.owner { keys.caller(tag) } else { keys.own }
        guard let caller = owner else {
            throw Refusal.accessDenied("the application key that asked for this URL was revoked")
        }
        try await store.withRoom(for: caller, bytes: length) {
            try await store.receive(
                request.body, as: grant.key,
                FileAttributes(contentType: grant.contentType, filename: grant.filename, created: now), length: length,
                limit: configuration.maximumUploadBytes)
        }
        var headers = HTTPFields()
        headers[.eTag] = try await store.facts(of: grant.key)?.entityTag
        return Response(status: .ok, headers: headers)
    }

    // MARK: Downloads

    func download(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let grant = try grant(request, for: .read, now: context.now(configuration))
        guard let facts = try await store.facts(of: grant.key) else {
            throw Refusal("NoSuchKey", "there is no file \(grant.key)", status: .notFound)
        }
        var headers = HTTPFields()
        headers[.contentType] = ServedType.type(of: try await store.head(of: grant.key))
        headers[.contentDisposition] = Self.disposition(grant.filename)
        headers[.eTag] = facts.entityTag
        headers[.acceptRanges] = "bytes"
        // A file of one client is nothing for a proxy to keep.
        headers[.cacheControl] = "private, max-age=3600"
        if Self.matches(request.headers[.ifNoneMatch], facts.entityTag) {
            return Response(status: .notModified, headers: headers)
        }
        let isCurrent = request.headers[.ifRange].map { $0 == facts.entityTag } ?? true
        switch ByteRange(isCurrent ? request.headers[.range] : nil, size: facts.size) {
        case .whole:
            return respond(.ok, headers: headers, for: grant.key, range: 0..<facts.size, to: request, context)
        case .part(let range):
            headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(facts.size)"
            return respond(.partialContent, headers: headers, for: grant.key, range: range, to: request, context)
        case .unsatisfiable:
            var refusal = Refusal(
                "InvalidRange", "the file has \(facts.size) bytes only", status: .rangeNotSatisfiable)
            refusal.headers[.contentRange] = "bytes */\(facts.size)"
            throw refusal
        }
    }

    private func respond(
        _ status: HTTPResponse.Status, headers: HTTPFields, for key: ObjectKey, range: Range<Int64>,
        to request: Request, _ context: GatewayContext
    ) -> Response {
        var headers = headers
        headers[.contentLength] = String(range.count)
        guard request.method == .get, !range.isEmpty else { return Response(status: status, headers: headers) }
        let path = store.path(of: key)
        let body = ResponseBody(contentLength: range.count) { [eventLoop = context.eventLoop] writer in
            // The head has been sent: an error from here on can only break the connection, by which the client notices it.
            try await FileSystem.shared.withFileHandle(forReadingAt: path) { handle in
                var count = 0
                for try await chunk in handle.readChunks(in: range, chunkLength: Self.chunkLength) {
                    try await writer.write(chunk)
                    count += 1
                    // A connection says that it is full on its own thread. While that is busy, chunks would pile up: a
                    // fast disk and a loaded machine make hundreds of megabytes of them.
                    if count % Self.chunksAhead == 0 { try await eventLoop.submit {}.get() }
                }
            }
            try await writer.finish(nil)
        }
        return Response(status: status, headers: headers, body: body)
    }

    // MARK: URLs and headers

    private func grant(
        _ request: Request, for purpose: FileGrant.Purpose, now: Date
    ) throws(Refusal) -> FileGrant {
        let grant: FileGrant
        do {
            grant = try urls.grant(in: request.head.path ?? "", now: now)
        } catch {
            throw .badURL(error, kind: "file")
        }
        guard grant.purpose == purpose else {
            throw .accessDenied("the URL was signed for \(grant.purpose == .read ? "downloading" : "uploading")")
        }
        return grant
    }

    /// Media types are compared without case and without the spaces that libraries like to add.
    private static func isSame(_ left: String, _ right: String) -> Bool {
        left.lowercased().filter { $0 != " " } == right.lowercased().filter { $0 != " " }
    }

    /// Whether an `If-None-Match` has a tag.
    static func matches(_ header: String?, _ entityTag: String) -> Bool {
        guard let header else { return false }
        return header.split(separator: ",").contains { tag in
            let tag = tag.filter { !$0.isWhitespace }
            return tag == "*" || tag == entityTag || tag == "W/" + entityTag
        }
    }

    /// The name twice: in ASCII for old clients, and whole (RFC 5987).
    static func disposition(_ filename: String) -> String {
        let plain = filename.map { character in
            guard let ascii = character.asciiValue, ascii >= 0x20, ascii < 0x7F, !"\"\\%".contains(character) else {
                return Character("_")
            }
            return character
        }
        return "attachment; filename=\"\(String(plain))\"; filename*=UTF-8''\(PercentEncoding.encode(filename))"
    }
}
