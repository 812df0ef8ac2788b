import SpeedPix

/// `/scc/sp_create_temp_file_upload_sign`: a URL to put a file to, and one to read it from.
struct SignUploadCall: ServiceCall {
    /// What a file system allows for one name.
    private static let longestFilename = 255

    let route = Route.signUpload
    let store: ObjectStore
    let urls: URLSigner
    let sweep: StorageSweep
    let configuration: GatewayConfiguration

    func answer(_ call: SignedCall) async throws -> JSONValue {
        await sweep.runIfDue()
        let contentType = try call.body.text("contentType", "content_type") ?? MediaType.unknown
        guard contentType.utf8.count <= 200, contentType.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) else {
            throw Refusal.invalidParameter("contentType is not a media type")
        }
        let filename = Self.filename(try call.body.text("originalFilename", "original_filename") ?? "file")
        let size = try size(call.body.value("size"))
        try await store.checkRoom(for: call.caller, bytes: size ?? 0)
        let key = ObjectKey(
            .uploads, owner: call.caller.tag, uniqueName: configuration.uniqueName(), filename: filename)
        var grant = FileGrant(
            purpose: .write, key: key, expires: call.urlExpiry, contentType: contentType, filename: filename,
            size: size)
        let uploadURL = urls.url(grant, origin: call.origin)
        grant.purpose = .read
        grant.size = nil
        return [
            "uploadUrl": .string(uploadURL), "objectKey": .string(key.text), "path": .string(key.text),
            "expireTime": .integer(grant.expires), "accessUrl": .string(urls.url(grant, origin: call.origin)),
        ]
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

    /// The last part of the name, without what could steer a terminal or a header.
    static func filename(_ name: String) -> String {
        let last = name.split(whereSeparator: { "/\\".contains($0) }).last ?? "file"
        let plain = String(
            String.UnicodeScalarView(last.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }))
        guard plain.utf8.count > longestFilename else { return plain.isEmpty ? "file" : plain }
        // The end is kept: it has the extension.
        var short = plain[...]
        while short.utf8.count > longestFilename { short = short.dropFirst() }
        return String(short)
    }
}
