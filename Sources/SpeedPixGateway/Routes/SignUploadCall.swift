import SpeedPix

/// `/scc/sp_create_temp_file_upload_sign`: a URL to put a file to, and one to read it from.
struct SignUploadCall: ServiceCall {
    /// What a file system allows for one name.
    private static let longestFilename = 255

    let route = Route.signUpload
    let uploads: UploadSigning

    func answer(_ call: SignedCall) async throws -> JSONValue {
        let upload = try await uploads.sign(
            filename: call.body.text("originalFilename", "original_filename"),
            contentType: call.body.text("contentType", "content_type"), size: call.body.value("size"),
            for: call.caller, AnswerURLs(uploads.urls, for: call))
        return [
            "uploadUrl": .string(upload.uploadURL), "objectKey": .string(upload.key.text),
            "path": .string(upload.key.text), "expireTime": .integer(call.urlExpiry),
            "accessUrl": .string(upload.accessURL),
        ]
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
