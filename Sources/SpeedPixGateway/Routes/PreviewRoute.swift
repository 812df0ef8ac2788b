import HTTPTypes
import Hummingbird
import NIOCore
import SpeedPix

/// `GET` of the signed URL of a preview: the newest picture of a prediction that runs. It ends with the prediction.
struct PreviewRoute: Sendable {
    let queue: PredictionQueue
    let urls: URLSigner
    let configuration: GatewayConfiguration

    func answer(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let prediction: String
        do throws(URLSigner.Failure) {
            prediction = try urls.previewedPrediction(
                in: request.head.path ?? "", now: context.now(configuration))
        } catch {
            throw Refusal.badURL(error, kind: "preview")
        }
        guard let preview = await queue.preview(of: prediction) else {
            throw Refusal("NoPreview", "the prediction has ended, or shows nothing yet", status: .notFound)
        }
        var headers = HTTPFields()
        headers[.contentType] = ServedType.type(
            of: Array(preview.bytes.readableBytesView.prefix(MediaType.sniffedLength)))
        headers[.contentDisposition] = "attachment; filename=\"preview\""
        headers[.cacheControl] = "no-store"
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: preview.bytes))
    }
}
