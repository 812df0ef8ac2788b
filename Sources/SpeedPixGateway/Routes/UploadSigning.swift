import SpeedPix

/// Signs the URLs of uploads, for signed calls and for the console alike.
struct UploadSigning: Sendable {
    /// An upload that may be made now.
    struct Upload: Sendable {
        let key: ObjectKey
        let filename: String
        /// With which the file must be put.
        let contentType: String
        /// Where the file is put.
        let uploadURL: String
        /// Where it is read then.
        let accessURL: String
    }

    let store: ObjectStore
    let urls: URLSigner
    let sweep: StorageSweep
    let configuration: GatewayConfiguration

    /// - Parameters:
    ///   - contentType: Nil for bytes of an unknown type.
    ///   - size: Bytes; nil if nobody knows yet.
    ///   - answer: How URLs in the answer begin, and until when they are good.
    /// - Throws: ``Refusal`` for what is no media type or no size, and where there is no room; ``StorageError``.
    func sign(
        filename: String?, contentType: String?, size: JSONValue?, for caller: Caller, _ answer: AnswerURLs
    ) async throws -> Upload {
        await sweep.runIfDue()
        let contentType = contentType ?? MediaType.unknown
        guard contentType.utf8.count <= 200, contentType.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) else {
            throw Refusal.invalidParameter("contentType is not a media type")
        }
        let filename = SignUploadCall.filename(filename ?? "file")
        let size = try self.size(size)
        try await store.checkRoom(for: caller, bytes: size ?? 0)
        let key = ObjectKey(.uploads, owner: caller.tag, uniqueName: configuration.uniqueName(), filename: filename)
        var grant = FileGrant(
            purpose: .write, key: key, expires: answer.expires, contentType: contentType, filename: filename,
            size: size)
        let uploadURL = urls.url(grant, origin: answer.origin)
        grant.purpose = .read
        grant.size = nil
        return Upload(
            key: key, filename: filename, contentType: contentType, uploadURL: uploadURL,
            accessURL: urls.url(grant, origin: answer.origin))
    }

    private func size(_ value: JSONValue?) throws(Refusal) -> Int64? {
        guard let value else { return nil }
        guard let size = value.lenientInteger, size >= 0 else {
            throw .invalidParameter("size must be a whole number of bytes")
        }
        guard size <= configuration.maximumUploadBytes else {
            throw .tooLarge("the file has \(size) bytes; the most is \(configuration.maximumUploadBytes)")
        }
        return size
    }
}
