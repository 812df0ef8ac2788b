import HTTPTypes
import NIOCore
import SpeedPix
package import SystemPackage

extension ComfyUIClient {
    /// Uploads a local file to the server's input folder.
    ///
    /// The same name with the same bytes is the same file there; with other bytes the server gives it another name.
    ///
    /// - Parameters:
    ///   - path: The local file, which is read part by part.
    ///   - name: The name that it is to have there.
    ///   - subfolder: The folder that it is to lie in, made if it is missing.
    /// - Returns: The file by the name that the server gave it.
    /// - Throws: `SpeedPixError` with code `file_system` if the local file cannot be read; ``ComfyUIError`` with code
    ///   `too_large` if the server takes no file as large.
    package func upload(
        _ path: FilePath, name: String, subfolder: String = "", kind: UploadKind = .image
    ) async throws -> ServerFile {
        var fields = [("type", "input"), ("subfolder", subfolder)]
        var route = "/upload/image"
        if case .mask(let original) = kind {
            let reference: JSONValue = [
                "filename": .string(original.filename), "subfolder": .string(original.subfolder),
                "type": .string(original.folder.rawValue),
            ]
            fields.append(("original_ref", String(decoding: (try? reference.encoded()) ?? [], as: UTF8.self)))
            route = "/upload/mask"
        }
        let form = try await MultipartForm(fields: fields, fileField: "image", filename: name, path: path)
        let answer = try await answer(
            .post, route, body: .stream(length: form.length, AnyByteStream(form)), contentType: form.contentType,
            limit: limits.transfer + .seconds(form.length / max(limits.slowestUpload, 1)))
        let json = try json(answer)
        guard let uploaded = json["name"]?.stringValue, !uploaded.isEmpty else {
            throw malformed("it took a file, but does not say by which name")
        }
        return ServerFile(
            filename: uploaded, subfolder: (json["subfolder"]?.stringValue ?? "").replacing("\\", with: "/"),
            folder: json["type"]?.stringValue.map { ServerFile.Folder(rawValue: $0) } ?? .input)
    }

    /// Whether the server has a file.
    ///
    /// - Parameter size: Bytes that it must have; nil for any number. What was cut off on its way there is another file, and so
    ///   is one of which the server does not say the length.
    package func viewExists(_ file: ServerFile, size: Int64? = nil) async throws -> Bool {
        let answer = try await answer(.head, "/view", query: file.query)
        guard answer.status != 404 else { return false }
        try check(answer)
        guard let size else { return true }
        return answer.headers[.contentLength].flatMap { Int64($0) } == size
    }

    /// Begins to read a file of the server.
    ///
    /// - Parameter limit: Bytes that it may have.
    /// - Throws: ``ComfyUIError`` with code `not_found` if the server does not have it, or no longer has it.
    package func view(_ file: ServerFile, limit: Int64 = 8 << 30) async throws -> ServerDownload {
        let request = request(.get, "/view", query: file.query, limit: limits.transfer)
        let late: @Sendable () -> any Error = {
            ComfyUIError(
                .timeout, "\(address) did not send \(file.filename.excerpt()) in time", mayHaveTakenEffect: false)
        }
        let response: TransportResponse
        do {
            response = try await withDeadline(limits.transfer, clock: clock, expired: late) { [transport] in
                try await transport.send(request)
            }
        } catch {
            throw explained(error)
        }
        let status = response.status.code
        guard (200...299).contains(status) else {
            throw address.failure(status, headers: response.headers, body: ByteBuffer())
        }
        let length = response.isDecoded ? nil : response.headers[.contentLength].flatMap { Int64($0) }
        let download = ServerDownload(
            length: length, mediaType: response.headers[.contentType], body: response.body, limit: limit, client: self)
        if let length, length > limit {
            throw ComfyUIError(
                .tooLarge, "\(address): \(file.filename.excerpt()) is larger than \(limit >> 20) MiB",
                mayHaveTakenEffect: false)
        }
        return download
    }
}
