import HTTPTypes
import NIOCore

extension ComfyUIServerAddress {
    /// What an answer means that is no success.
    func failure(_ status: Int, headers: HTTPFields, body: ByteBuffer) -> ComfyUIError {
        // What timed out on the way, and what failed inside the server or behind a proxy, may have been done before.
        let mayHaveTakenEffect = status >= 500 || status == 408
        func error(_ code: ComfyUIError.Code, _ message: String, _ remedy: String? = nil) -> ComfyUIError {
            ComfyUIError(
                code, "\(self): \(message)", remedy: remedy, status: status, mayHaveTakenEffect: mayHaveTakenEffect)
        }
        switch status {
        case 300...399:
            let place = headers[.location].map { " to \($0.excerpt())" } ?? ""
            return error(
                .refused, "it redirects\(place) (HTTP \(status)), which is not followed",
                "give the address that ComfyUI itself has")
        case 401, 403:
            return error(
                .refused, "it does not let this in (HTTP \(status))",
                "check the headers file: a proxy before ComfyUI may want a password")
        case 404: return error(.notFound, "it does not have this (HTTP 404)")
        case 413:
            return error(
                .tooLarge, "the upload is larger than it takes (HTTP 413)",
                "start ComfyUI with --max-upload-size MEGABYTES, or make the file smaller")
        default:
            let said = Self.text(of: body)
            return error(.refused, "HTTP \(status)" + (said.isEmpty ? "" : ": \(said)"))
        }
    }

    /// What the body of an error says, in one line; empty for a page of HTML.
    private static func text(of body: ByteBuffer) -> String {
        let text = String(decoding: body.readableBytesView.prefix(2000), as: UTF8.self).trimmed
        return text.hasPrefix("<") ? "" : text.excerpt(200)
    }
}
