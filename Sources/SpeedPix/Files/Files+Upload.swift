import Crypto
import HTTPTypes
import Logging
import SystemPackage

extension Files {
    /// How long a URL must still last to be given out again: a queued workflow fetches its input late.
    public static let reuseMargin: Duration = .seconds(600)

    /// Uploads a file, bytes, a stream or a `data:` URI, streaming: memory does not grow with the size.
    ///
    /// Two requests: the service signs an upload URL, then the bytes go there with `PUT`. A transfer that fails on the
    /// way is begun again with a new URL; uploads cost nothing.
    ///
    /// The same content with the same content type is uploaded once, recognised by its SHA-256, or by being the very same
    /// file, unchanged. A later call gets the same file until its URL has less than ``reuseMargin`` left (or half of its
    /// lifetime, if that is shorter; an hour is assumed where the service does not say). A call that comes meanwhile
    /// waits for the one upload, which goes on as long as one of them waits.
    ///
    /// - Parameters:
    ///   - filename: The name the service sees; the source's own if nil, and then the same content under another name
    ///     will do.
    ///   - contentType: If nil, a `data:` URI's own, else by the name's extension, else by the content, else
    ///     `application/octet-stream`.
    ///   - reusing: False uploads what is there already, too.
    ///   - onProgress: Called with how far it is; for a file that was there already once, with all of it.
    /// - Throws: ``SpeedPixError``: `file_not_found`, `invalid_argument` for a folder or a malformed URI, and what the
    ///   service refuses; what `onProgress` or a stream throws. `CancellationError` if the task is cancelled.
    public func upload(
        _ source: UploadSource, filename: String? = nil, contentType: String? = nil, reusing: Bool = true,
        onProgress: TransferProgress.Handler? = nil
    ) async throws -> UploadedFile {
        let listener = ProgressListener(onProgress)
        // The upload may go on for other callers, and this callback must not be called for theirs.
        defer { listener.detach() }
        let request = UploadRequest(
            source: source, filename: filename, contentType: contentType, reusing: reusing,
            onProgress: onProgress == nil ? nil : listener.report)
        let shared = SharedUpload()
        let outcome = try await withTransferSlot {
            try await shared.run {
                try await source.withReopenable(nonce: caller.dependencies.nonce()) { opened in
                    try await findOrUpload(request, opened, as: shared)
                }
            }
        }
        return outcome.file
    }

    /// What a caller of ``upload(_:filename:contentType:reusing:onProgress:)`` asked for.
    private struct UploadRequest: Sendable {
        var source: UploadSource
        var filename: String?
        var contentType: String?
        var reusing: Bool
        var onProgress: TransferProgress.Handler?
    }

    /// What a try to find or upload the content comes to.
    private enum Attempt: Sendable {
        case done(SharedUpload.Outcome)
        /// Another caller uploads the content.
        case wait(SharedUpload, ContentIdentity)
    }

    /// Finds the content among what was uploaded, waits for whom else uploads it, or uploads it.
    private func findOrUpload(
        _ request: UploadRequest, _ opened: UploadSource.Reopenable, as upload: SharedUpload
    ) async throws -> SharedUpload.Outcome {
        while true {
            try Task.checkCancellation()
            // The source is closed again while others are waited for: a thousand of them may.
            let attempt = try await opened.withContent(caller.dependencies.clock) {
                try await advance(request, opened: opened, content: $0, as: upload)
            }
            switch attempt {
            case .done(let outcome):
                return outcome
            case .wait(let other, let identity):
                do {
                    guard let outcome = try await other.value(), outcome.identity.matches(identity) else { continue }
                    try await Self.reportWhole(outcome.file, to: request.onProgress)
                    return outcome
                } catch let error as SpeedPixError where error.concernsService {
                    throw error
                } catch  where !Task.isCancelled {
                    // The other one's source or callback failed, which says nothing about this one's.
                    continue
                }
            }
        }
    }

    private func advance(
        _ request: UploadRequest, opened: UploadSource.Reopenable, content: UploadContent, as upload: SharedUpload
    ) async throws -> Attempt {
        let filename = request.filename ?? request.source.defaultFilename(for: opened)
        let contentType = try await request.source.mediaType(
            of: content, opened, filename: filename, given: request.contentType)
        let sample = try await content.sample()
        let key = UploadCache.Key(size: content.size, sample: sample.digest, contentType: contentType)
        let now = caller.dependencies.now()
        var identity = ContentIdentity(digest: sample.isWhole ? sample.digest : content.digest)
        if let version = content.version, version.isUnambiguous(at: now) { identity.version = version }
        // An input that names it later stands for its content.
        if identity.digest == nil, caller.dependencies.journal.identifiesCreates {
            identity.digest = try await digest(of: content)
        }
        var isClaimed = !request.reusing
        while !isClaimed {
            let claim = cache.claim(
                key, identity, filename: filename, isNamed: request.filename != nil, as: upload,
                isUsable: { $0.isUsable(for: Self.reuseMargin, now: now) })
            switch claim {
            case .stored(let file):
                caller.logger.debug("uploaded before", metadata: ["file": "\(filename)", "as": "\(file.objectKey)"])
                try await Self.reportWhole(file, to: request.onProgress)
                return .done(.init(file: file, identity: identity))
            case .needsDigest:
                identity.digest = try await content.wholeDigest()
            case .needsEntryDigest(let entry):
                cache.identify(key, entry, digest: try await Self.digest(of: entry))
            case .wait(let other):
                return .wait(other, identity)
            case .upload:
                isClaimed = true
            }
        }
        do {
            let path = request.source.lastingPath
            // What cannot be opened again later has to be hashed on its way.
            let isHashing = identity.digest == nil && (identity.version == nil || path == nil)
            let outcome = try await transfer(
                content, identity: identity, isHashing: isHashing, filename: filename, contentType: contentType,
                onProgress: request.onProgress)
            let isKnown = outcome.identity.isKnown
            cache.finish(
                key, upload, isKnown ? .init(file: outcome.file, identity: outcome.identity, path: path) : nil)
            return .done(outcome)
        } catch {
            cache.finish(key, upload, nil)
            throw error
        }
    }

    /// The SHA-256 of what was uploaded from a file; nil if that is no longer the same.
    static func digest(of entry: UploadCache.Entry) async throws -> SHA256Digest? {
        if let digest = entry.identity.digest { return digest }
        guard let path = entry.path, let version = entry.identity.version else { return nil }
        do {
            return try await UploadSource.Reopenable.path(FilePath(path)).withContent { content in
                guard content.version == version else { return nil }
                let digest = try await content.wholeDigest()
                return try await content.isUnchanged() ? digest : nil
            }
        } catch is SpeedPixError {
            return nil
        }
    }

    private static func reportWhole(_ file: UploadedFile, to handler: TransferProgress.Handler?) async throws {
        try await handler?(TransferProgress(bytesDone: file.size, bytesTotal: file.size))
    }

    /// Uploads, whatever is there already, and tries again where that may help.
    private func transfer(
        _ content: UploadContent, identity: ContentIdentity, isHashing: Bool, filename: String, contentType: String,
        onProgress: TransferProgress.Handler?
    ) async throws -> SharedUpload.Outcome {
        let retries = caller.configuration.retries
        var attempt = 1
        var hasRenewedURL = false
        while true {
            // A file that can be opened again is hashed only when its digest is needed, which is rare.
            let meter = UploadMeter(size: content.size, isHashing: isHashing, onProgress: onProgress)
            do {
                let file = try await DescriptorShortage.retrying(caller.dependencies.clock) {
                    try await put(content, meter, filename: filename, contentType: contentType)
                }
                try await meter.finish()
                return SharedUpload.Outcome(
                    file: file, identity: try await sent(content, identity, hashed: meter.digest))
            } catch let refused as RefusedUpload where refused.isExpired && !hasRenewedURL {
                // Once: a store whose clock is off refuses every URL.
                hasRenewedURL = true
                caller.logger.debug("signing the upload anew", metadata: ["file": "\(filename)"])
            } catch {
                // The callback's own error may look the same.
                if let failure = meter.failure { throw failure }
                guard let error = (error as? RefusedUpload)?.error ?? error as? SpeedPixError else { throw error }
                guard error.isRetryable, attempt < retries.attempts else { throw error }
                caller.logger.debug(
                    "uploading again",
                    metadata: ["file": "\(filename)", "reason": "\(error.message.withoutSignatures)"])
                try await caller.dependencies.clock.sleep(
                    for: retries.delay(
                        afterAttempt: attempt, retryAfter: error.retryAfter, random: caller.dependencies.random()))
                attempt += 1
            }
        }
    }

    /// What the store got, given that it got all of it.
    private func sent(
        _ content: UploadContent, _ identity: ContentIdentity, hashed: SHA256Digest?
    ) async throws -> ContentIdentity {
        // What was hashed on its way is certain, whatever has become of the file.
        if let hashed { return ContentIdentity(digest: hashed) }
        return try await content.isUnchanged() ? identity : ContentIdentity()
    }

    private func put(
        _ content: UploadContent, _ meter: UploadMeter, filename: String, contentType: String
    ) async throws -> UploadedFile {
        let size = content.size
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
            body: size > 0 ? .stream(length: size, meter.watched(content.chunks(0..<size))) : .none,
            timeout: Self.transferLimit(size: size, floor: caller.configuration.timeout))
        do {
            let response = try await caller.pipeline.transfer(request, for: .upload)
            guard response.status.kind == .successful else {
                let refusal = await StoreRefusal(reading: response.body)
                throw RefusedUpload(
                    error: error(response, refusal: refusal, filename: filename),
                    isExpired: refusal.isExpired)
            }
        } catch {
            // A source or a callback that fails breaks the transfer; that is not a fault of the network.
            if let failure = meter.failure { throw failure }
            guard let error = error as? TransportError else { throw error }
            throw SpeedPixError(
                .network, "the upload of \(filename) broke off: \(error.message)", remedy: error.remedy,
                isRetryable: error.isRetryable, cause: error)
        }
        return UploadedFile(
            url: accessURL, objectKey: envelope.data.first("objectKey", "object_key")?.lenientString ?? "",
            filename: filename, size: size, mimeType: contentType, createdAt: started,
            expiresAt: envelope.data.first("expireTime", "expire_time")?.lenientDate)
    }

    /// The store's own no.
    private struct RefusedUpload: Error {
        var error: SpeedPixError
        /// Whether another signed URL will do.
        var isExpired: Bool
    }

    private func error(
        _ response: TransportResponse, refusal: StoreRefusal, filename: String
    ) -> SpeedPixError {
        let status = response.status
        let reason = refusal.message ?? refusal.code ?? status.reasonPhrase.printable()
        return SpeedPixError(
            status.code == 413 ? .invalidArgument : .apiError,
            "the store refused \(filename): HTTP \(status.code)" + (reason.isEmpty ? "" : " \(reason)"),
            remedy: status.code == 413 ? "the file is larger than the store accepts" : nil,
            httpStatus: status.code, serviceCode: refusal.code, requestID: refusal.requestID,
            isRetryable: status.code == 429 || ServiceAnswer.isTransient(status),
            retryAfter: RetryAfter.duration(response.headers, now: caller.dependencies.now()))
    }

    /// How long a transfer may take in all. A line slower than 64 KiB a second is as good as none.
    static func transferLimit(size: Int64, floor: Duration) -> Duration {
        floor + .seconds(Double(size) / 65_536)
    }
}

extension SpeedPixError {
    /// Whether it says something about the service or the way to it, and so would strike another one's try just as well.
    fileprivate var concernsService: Bool {
        [.apiError, .auth, .throttled, .network, .invalidResponse, .unsupported, .timeout].contains(code)
    }
}
