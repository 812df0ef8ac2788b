import HTTPTypes
import Hummingbird
import NIOCore
import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// `GET` of the signed URL of a stored file's small picture.
struct ThumbnailRoute: Sendable {
    let thumbnails: Thumbnails
    let urls: URLSigner
    let configuration: GatewayConfiguration

    /// The URLs of small pictures, without an origin; of files that may have one, as far as their media types tell.
    static func url(signedBy urls: URLSigner) -> ConsoleURLs.Thumbnail {
        { key, mimeType, expires in
            ThumbnailRenderer.mayShow(mimeType) ? urls.thumbnailPath(of: key, expires: expires) : nil
        }
    }

    func add(to router: Router<GatewayContext>) {
        router.get(RouterPath(URLSigner.thumbnailPrefix + "**")) { request, context in
            try await answer(request, context)
        }
    }

    private func answer(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let now = context.now(configuration)
        let granted: (key: ObjectKey, expires: Int64)
        do throws(URLSigner.Failure) {
            granted = try urls.thumbnail(in: request.head.path ?? "", now: now)
        } catch {
            throw Refusal.badURL(error, kind: "thumbnail")
        }
        let picture = try await thumbnails.picture(of: granted.key)
        var headers = HTTPFields()
        headers[.contentType] = ThumbnailRenderer.mediaType
        // As long as the URL is good. What is stored under a key stays as it is.
        let seconds = max(granted.expires - Int64(now.timeIntervalSince1970), 0)
        headers[.cacheControl] = "private, max-age=\(seconds), immutable"
        headers[.crossOriginResourcePolicy] = "same-origin"
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: picture))
    }
}
