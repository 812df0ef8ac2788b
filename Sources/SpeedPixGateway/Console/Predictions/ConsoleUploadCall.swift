import HTTPTypes
import Hummingbird
import SpeedPix

/// `POST /speedpix/uploads`, with `filename`: where the page puts a file, and the URL that goes into an input then.
struct ConsoleUploadCall: AdminCall {
    let method = HTTPRequest.Method.post
    let path = "uploads"
    let predictions: ConsolePredictions

    func answer(_ request: Request, _ context: GatewayContext) async throws -> JSONValue {
        let body = try await ConsolePredictions.body(request)
        let filename = try body.requiredText("filename")
        let given = try body.text("content_type", "contentType")
        let urls = predictions.urls
        let upload = try await predictions.uploads.sign(
            filename: filename, contentType: given ?? MediaType.guess(filename: filename), size: body.value("size"),
            for: .console, AnswerURLs(urls.signer, origin: "", expires: urls.expires))
        return [
            "upload_url": .string(upload.uploadURL), "url": .string(upload.accessURL),
            "filename": .string(upload.filename), "content_type": .string(upload.contentType),
        ]
    }
}
