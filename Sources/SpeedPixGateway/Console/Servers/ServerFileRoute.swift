import ComfyUI
import HTTPTypes
import Hummingbird
import NIOCore
import SpeedPix

/// `GET` of the signed URL of a file of ComfyUI's servers: the bytes as the server sends them, under a type that they show.
struct ServerFileRoute: Sendable {
    /// Bytes. What is larger, nobody looks at in a page.
    private static let largest: Int64 = 1 << 30
    /// After so many chunks a download waits until they have reached the connection.
    private static let chunksAhead = 8

    let servers: ComfyUIServers
    let files: ServerFileSigner
    let configuration: GatewayConfiguration

    func answer(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let (index, file) = try found(request, context)
        let server = servers.servers[index]
        let download: ServerDownload
        do {
            download = try await server.client.view(file, limit: Self.largest)
        } catch let error as ComfyUIError where error.code == .notFound {
            throw Refusal("NoSuchFile", "the server does not have this file any more", status: .notFound)
        } catch let error as ComfyUIError {
            throw Refusal.server(error, at: server.id)
        }
        let begun = BegunDownload(download)
        do {
            try await begun.readHead()
        } catch let error as ComfyUIError {
            throw Refusal.server(error, at: server.id)
        }
        var headers = HTTPFields()
        headers[.contentType] = ServedType.type(of: begun.head)
        headers[.contentDisposition] = FileRoutes.disposition(SignUploadCall.filename(file.filename))
        headers[.cacheControl] = "private, max-age=3600"
        headers[.crossOriginResourcePolicy] = "same-origin"
        let length = download.length.flatMap { Int(exactly: $0) }
        headers[.contentLength] = length.map { String($0) }
        let body = ResponseBody(contentLength: length) { [eventLoop = context.eventLoop] writer in
            // The head has been sent: an error from here on can only break the connection, by which the client notices it.
            var count = 0
            while let chunk = try await begun.next() {
                try await writer.write(chunk)
                count += 1
                // A connection says that it is full on its own thread. While that is busy, chunks would pile up.
                if count % Self.chunksAhead == 0 { try await eventLoop.submit {}.get() }
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: headers, body: body)
    }

    private func found(_ request: Request, _ context: GatewayContext) throws(Refusal) -> (Int, ServerFile) {
        do throws(URLSigner.Failure) {
            let found = try files.file(
                in: request.head.path ?? "", addresses: servers.servers.map(\.id), now: context.now(configuration))
            return (found.index, found.file)
        } catch {
            throw .badURL(error, kind: "server file")
        }
    }
}

/// A download whose first bytes are looked at before the rest is read.
///
/// `@unchecked Sendable`: one task has it at a time, first the one that makes the answer, then the one that sends it.
private final class BegunDownload: @unchecked Sendable {
    private var chunks: ServerDownload.AsyncIterator
    private var ahead: [ByteBuffer] = []

    init(_ download: ServerDownload) {
        chunks = download.makeAsyncIterator()
    }

    /// The first bytes, as many as show the type.
    var head: [UInt8] { Array(ahead.flatMap { $0.readableBytesView }.prefix(MediaType.sniffedLength)) }

    /// Reads as much as shows the type, or the whole file.
    func readHead() async throws {
        var count = 0
        while count < MediaType.sniffedLength, let chunk = try await read() {
            ahead.append(chunk)
            count += chunk.readableBytes
        }
    }

    /// The next chunk, from the beginning of the file; nil at its end.
    func next() async throws -> ByteBuffer? {
        guard ahead.isEmpty else { return ahead.removeFirst() }
        return try await read()
    }

    private func read() async throws -> ByteBuffer? {
        var chunks = chunks
        defer { self.chunks = chunks }
        return try await chunks.next()
    }
}
