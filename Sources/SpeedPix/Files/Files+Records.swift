import Crypto

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension Files {
    /// Asks for an uploaded file by the store's name for it, with a new URL.
    ///
    /// The call is this project's own: no public source of the service has it, and the local gateway offers it.
    ///
    /// - Parameter objectKey: ``UploadedFile/objectKey``, the guide's file id.
    /// - Returns: The file as the service describes it. What it does not say is taken from this client's own upload; else
    ///   the size is 0 and the date is now.
    /// - Throws: ``SpeedPixError``: `unsupported` if the service has no such call, `api_error` if it has no such file.
    ///   `CancellationError` if the task is cancelled.
    public func get(_ objectKey: String) async throws -> UploadedFile {
        let data = try await record(.getFile, objectKey, feature: "looking up a file").data
        guard let url = data.first("accessUrl", "access_url")?.lenientString else {
            throw SpeedPixError(.invalidResponse, "the answer about the file \(objectKey) has no accessUrl")
        }
        let known = cache.entry(objectKey: objectKey)?.file
        let filename =
            data.first("originalFilename", "original_filename", "filename")?.lenientString ?? known?.filename
            ?? objectKey.split(separator: "/").last.map(String.init) ?? objectKey
        let size = data.first("size")?.lenientInteger.flatMap { $0 >= 0 ? $0 : nil }
        return UploadedFile(
            url: url, objectKey: data.first("objectKey", "object_key")?.lenientString ?? objectKey, filename: filename,
            size: size ?? known?.size ?? 0,
            mimeType: data.first("contentType", "content_type", "mimeType", "mime_type")?.lenientString
                ?? known?.mimeType ?? MediaType.guess(filename: filename),
            createdAt: data.first("createTime", "create_time", "createdAt", "created_at")?.lenientDate
                ?? known?.createdAt ?? caller.dependencies.now(),
            expiresAt: data.first("expireTime", "expire_time")?.lenientDate)
    }

    /// Deletes an uploaded file from the store; its URLs end. Results of predictions that used it stay.
    ///
    /// The call is this project's own: no public source of the service has it, and the local gateway offers it.
    ///
    /// - Parameter objectKey: ``UploadedFile/objectKey``, the guide's file id.
    /// - Throws: ``SpeedPixError``: `unsupported` if the service has no such call, `api_error` if it has no such file.
    ///   `CancellationError` if the task is cancelled; the file may be deleted all the same.
    public func delete(_ objectKey: String) async throws {
        // First: a delete whose answer is lost may have worked all the same.
        cache.forget(objectKey: objectKey)
        _ = try await record(.deleteFile, objectKey, feature: "deleting a file")
    }

    private func record(_ route: Route, _ objectKey: String, feature: String) async throws -> Envelope {
        guard !objectKey.isEmpty else {
            throw SpeedPixError(.invalidArgument, "the object key is empty", remedy: "take it from the uploaded file")
        }
        do {
            return try await caller.call(route, ["objectKey": .string(objectKey)])
        } catch let error as SpeedPixError {
            throw error.asUnsupported(feature)
        }
    }

    /// The same file with a URL that lasts: as it is if it still has `margin`, else with a new URL, else uploaded again.
    ///
    /// It is uploaded again only if the service cannot make a new URL, and only if the source still has the same bytes.
    ///
    /// - Parameters:
    ///   - source: Where the bytes are; needed unless this client uploaded the file from a path.
    ///   - margin: How long the URL must still last. A URL that does not live twice as long is good for the first half
    ///     of its life.
    /// - Throws: ``SpeedPixError``: `invalid_argument` if the source has changed, what the service says if there is no
    ///   source, and what ``upload(_:filename:contentType:reusing:onProgress:)`` throws.
    ///   `CancellationError` if the task is cancelled.
    public func renewed(
        _ file: UploadedFile, source: UploadSource? = nil, margin: Duration = Files.reuseMargin
    ) async throws -> UploadedFile {
        guard !file.isUsable(for: margin, now: caller.dependencies.now()) else { return file }
        let refusal: SpeedPixError
        do {
            let renewed = try await get(file.objectKey)
            // A service that gives the old URL once more is no help.
            if renewed.isUsable(for: margin, now: caller.dependencies.now()) {
                cache.renew(renewed)
                return renewed
            }
            refusal = SpeedPixError(.apiError, "the service gave no longer-lasting URL for \(file.filename)")
        } catch let error as SpeedPixError where !error.isRetryable {
            refusal = error
        }
        let known = cache.entry(objectKey: file.objectKey)
        guard let source = source ?? known?.path.map(UploadSource.path) else {
            var error = refusal
            error.remedy = "upload the file again, or pass its source: renewed(file, source: .path(…))"
            throw error
        }
        try await check(source, isStill: file, known: known)
        // What is there already may end before a wider margin does.
        return try await upload(
            source, filename: file.filename, contentType: file.mimeType, reusing: margin <= Self.reuseMargin)
    }

    private func check(_ source: UploadSource, isStill file: UploadedFile, known: UploadCache.Entry?) async throws {
        // A stream cannot be looked at and uploaded, too.
        if case .stream = source { return }
        let before: SHA256Digest?
        if let known { before = try await Self.digest(of: known) } else { before = nil }
        let isSame = try await source.withReopenable(nonce: "") { opened in
            try await opened.withContent { content in
                guard content.size == file.size else { return false }
                guard let known else { return true }
                if let version = content.version, version == known.identity.version { return true }
                return try await content.wholeDigest() == before
            }
        }
        guard isSame else {
            throw SpeedPixError(
                .invalidArgument, "the URL of \(file.filename) has expired, and its source is no longer the same",
                remedy: "upload it as a new file")
        }
    }
}
