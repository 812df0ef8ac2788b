import HTTPTypes
import Logging
import NIOCore

/// Uploads to and downloads from the service's temporary store.
public struct Files: Sendable {
    package let caller: ServiceCaller

    /// Uploads a file or bytes, streaming: memory does not grow with the size.
    ///
    /// Two requests: the service signs an upload URL, then the bytes go there with `PUT`. A transfer that fails on the
    /// way is begun again with a new URL; uploads cost nothing.
    ///
    /// - Parameters:
    ///   - filename: The name the service sees; the source's own if nil.
    ///   - contentType: By the name's extension if nil.
    /// - Throws: ``SpeedPixError``: `file_not_found`, `invalid_argument` for a folder, and what the service refuses.
    public func create(
        _ source: UploadSource, filename: String? = nil, contentType: String? = nil
    ) async throws -> File {
        let filename = filename ?? source.defaultFilename
        let contentType = contentType ?? MediaType.guess(filename: filename)
        return try await source.withBody { size, makeBody in
            let retries = RetryPolicy()
            var attempt = 1
            while true {
                do {
                    return try await upload(makeBody(), size: size, filename: filename, contentType: contentType)
                } catch let error as SpeedPixError where error.isRetryable && attempt < retries.attempts {
                    caller.logger.debug(
                        "uploading again", metadata: ["file": "\(filename)", "reason": "\(error.message)"])
                    try await caller.dependencies.clock.sleep(
                        for: retries.delay(
                            afterAttempt: attempt, retryAfter: nil, random: caller.dependencies.random()))
                    attempt += 1
                }
            }
        }
    }

    private func upload(
        _ body: TransportRequest.Body, size: Int64, filename: String, contentType: String
    ) async throws -> File {
        let envelope = try await caller.call(
            .signUpload,
            [
                "contentType": .string(contentType), "originalFilename": .string(filename), "size": .integer(size),
            ])
        guard let uploadURL = envelope.data.first("uploadUrl", "upload_url")?.lenientString,
            let accessURL = envelope.data.first("accessUrl", "access_url")?.lenientString
        else {
            throw SpeedPixError(
                .invalidResponse, "the signed upload has no uploadUrl or no accessUrl", requestID: envelope.requestID)
        }
        let started = caller.dependencies.now()
        // The type that was signed, and nothing of the API's signature: the store has a signature of its own.
        let request = TransportRequest(
            method: .put, url: uploadURL,
            headers: [.contentType: contentType, .userAgent: caller.configuration.userAgent],
            body: body, timeout: Self.transferLimit(size: size, floor: caller.configuration.timeout))
        do {
            let response = try await caller.pipeline.send(request, for: .upload)
            guard response.status.kind == .successful else {
                throw SpeedPixError(
                    response.status.code == 413 ? .invalidArgument : .apiError,
                    "the store refused \(filename): HTTP \(response.status.code) \(response.status.reasonPhrase)",
                    remedy: response.status.code == 413 ? "the file is larger than the store accepts" : nil,
                    httpStatus: response.status.code,
                    isRetryable: response.status.code == 429 || ServiceAnswer.isTransient(response.status))
            }
        } catch let error as TransportError {
            throw SpeedPixError(
                .network, "the upload of \(filename) broke off: \(error.message)", isRetryable: true, cause: error)
        }
        return File(
            url: accessURL, objectKey: envelope.data.first("objectKey", "object_key")?.lenientString ?? "",
            filename: filename, size: size, mimeType: contentType, createdAt: started,
            expiresAt: envelope.data.first("expireTime", "expire_time")?.lenientDate)
    }

    /// How long a transfer may take in all. A line slower than 64 KiB a second is as good as none.
    static func transferLimit(size: Int64, floor: Duration) -> Duration {
        floor + .seconds(Double(size) / 65_536)
    }
}
