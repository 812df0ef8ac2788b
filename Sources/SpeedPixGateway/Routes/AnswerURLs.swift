/// How the URLs in an answer begin, and until when they are good.
struct AnswerURLs: Sendable {
    /// In seconds.
    private static let previewStep: Int64 = 600

    let signer: URLSigner
    /// Scheme, host and port as the client addressed the gateway; empty for paths.
    let origin: String
    /// In seconds since 1970.
    let expires: Int64

    init(_ signer: URLSigner, origin: String, expires: Int64) {
        self.signer = signer
        self.origin = origin
        self.expires = expires
    }

    /// Those of the answer to a signed call.
    init(_ signer: URLSigner, for call: SignedCall) {
        self.init(signer, origin: call.origin, expires: call.urlExpiry)
    }

    /// Where a file of a result can be read.
    func url(of file: StoredFile) -> String {
        let grant = FileGrant(
            purpose: .read, key: file.key, expires: expires, contentType: file.mimeType, filename: file.filename,
            size: nil)
        return signer.url(grant, origin: origin)
    }

    /// Where the newest preview of a prediction can be seen while it runs.
    ///
    /// - Parameter number: Of the preview that there is now.
    func url(ofPreview number: Int, of prediction: String) -> String {
        // The same for some minutes: whoever is shown it looks again only when there is another picture.
        let step = Self.previewStep
        return signer.url(
            ofPreview: number, of: prediction, expires: (expires / step + 1) * step, origin: origin)
    }
}
