extension UploadedFile: Codable {
    private enum CodingKeys: String, CodingKey {
        case url, filename, size
        case objectKey = "object_key"
        case mimeType = "mime_type"
        case createdAt = "created_at"
        case expiresAt = "expires_at"
    }

    /// The file as it was encoded: the same in everything. Its URL may have expired; ``Files/renewed(_:source:margin:)``.
    ///
    /// - Throws: `DecodingError` for anything that was not encoded by ``encode(to:)``.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            url: try values.decode(String.self, forKey: .url),
            objectKey: try values.decode(String.self, forKey: .objectKey),
            filename: try values.decode(String.self, forKey: .filename),
            size: try values.decode(Int64.self, forKey: .size),
            mimeType: try values.decode(String.self, forKey: .mimeType),
            createdAt: try values.decode(ExactDate.self, forKey: .createdAt).date,
            expiresAt: try values.decodeIfPresent(ExactDate.self, forKey: .expiresAt)?.date)
    }

    /// Everything that is known of it; the URL may be signed, and gives access until it expires.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(url, forKey: .url)
        try values.encode(objectKey, forKey: .objectKey)
        try values.encode(filename, forKey: .filename)
        try values.encode(size, forKey: .size)
        try values.encode(mimeType, forKey: .mimeType)
        try values.encode(ExactDate(createdAt), forKey: .createdAt)
        try values.encodeIfPresent(expiresAt.map(ExactDate.init), forKey: .expiresAt)
    }
}

extension UploadedFile: CustomStringConvertible {
    /// As logs and messages show it: the name and the URL without its query, which may be a signature.
    public var description: String { "\(filename.printable()) (\(url.withoutSignatures))" }
}
