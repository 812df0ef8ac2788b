import HTTPTypes
import LocalFiles
import Logging
import SystemPackage
import _NIOFileSystem

extension Files {
    /// Downloads to a file: streamed into a temporary file beside it, which is then renamed, so that a reader sees the
    /// old file or the whole new one, and a failure leaves nothing behind.
    ///
    /// A connection that breaks is taken up again where it broke, with `Range` and, if the store gave an entity tag,
    /// `If-Range`; a file that has changed meanwhile is begun anew. Four tries in a row that bring less than 1 MiB end
    /// it.
    ///
    /// - Parameters:
    ///   - url: A result's or an upload's URL; both expire.
    ///   - path: The target file; an existing one is replaced and keeps its permissions, missing folders are made. A new file
    ///     can be read and written by all, less the umask.
    ///   - onProgress: Called with how far it is.
    /// - Returns: The number of bytes written.
    /// - Throws: ``SpeedPixError``: `network`, `api_error` for a URL that has expired, `not_allowed` for one of a host
    ///   that files do not come from (``SpeedPixClient/Configuration/downloadHosts``), `invalid_argument` for a folder,
    ///   `file_system` for a full disk or a folder that cannot be written to; what `onProgress` throws.
    ///   `CancellationError` if the task is cancelled: then, too, nothing is left behind.
    @discardableResult
    public func download(
        _ url: String, to path: String, onProgress: TransferProgress.Handler? = nil
    ) async throws -> Int64 {
        try await download(url, to: FilePath(path), by: caller.dependencies.nonce(), onProgress: onProgress)
    }

    /// The same with a name for the temporary file that nothing else uses meanwhile.
    func download(
        _ url: String, to path: FilePath, by name: String, onProgress: TransferProgress.Handler?
    ) async throws -> Int64 {
        try await withTransferSlot {
            try await renewing(url) { url in
                try await fetch(url, to: path, by: name, onProgress) { temporary, target in
                    try FileRename.move(temporary, over: target)
                    return true
                }.size
            }
        }
    }

    /// The same for a file that must not replace another one, not even one that comes meanwhile.
    ///
    /// - Returns: The number of bytes written; nil if there is something at the path, which stays.
    package func download(_ url: String, toNew path: String) async throws -> Int64? {
        try await withTransferSlot {
            let (size, isPlaced) = try await renewing(url) { url in
                try await fetch(url, to: FilePath(path), by: caller.dependencies.nonce(), nil) {
                    try FileRename.move($0, toNew: $1)
                }
            }
            return isPlaced ? size : nil
        }
    }

    private func fetch(
        _ url: String, to target: FilePath, by temporaryName: String, _ onProgress: TransferProgress.Handler?,
        place: (_ temporary: FilePath, _ target: FilePath) throws -> Bool
    ) async throws -> (size: Int64, isPlaced: Bool) {
        guard target.lastComponent != nil else {
            throw SpeedPixError(.invalidArgument, "\"\(target.shown)\" names no file: end it in a file name")
        }
        try Self.checkURL(url)
        let folder = target.removingLastComponent()
        let temporary = SavesInProgress.temporary(beside: target, named: temporaryName)
        do {
            if !folder.isEmpty, try await FileSystem.shared.info(forFileAt: folder) == nil {
                try await FileSystem.shared.createDirectory(at: folder, withIntermediateDirectories: true)
            }
            if try await FileSystem.shared.info(forFileAt: target)?.type == .directory {
                throw SpeedPixError(.invalidArgument, "\(target.shown) is a folder", remedy: "name a file in it")
            }
            let kept = FileMode.ofFile(at: target)
            do {
                let size = try await FileSink.withSink(at: temporary, permissions: kept, caller.dependencies.clock) {
                    sink in
                    try await receive(url, into: &sink, onProgress)
                }
                if let kept { try FileMode.set(kept, of: temporary) }
                let isPlaced = try place(temporary, target)
                if !isPlaced { try? FileRemoval.remove(temporary) }
                return (size, isPlaced)
            } catch {
                try? FileRemoval.remove(temporary)
                throw error
            }
        } catch let error where error is FileSystemError || error is Errno {
            throw SpeedPixError.writing(error, path: target.shown)
        }
    }

    /// Downloads into memory.
    ///
    /// - Parameter limit: Bytes. A file that has more is an error.
    /// - Throws: ``SpeedPixError``: `network`, `api_error` for a URL that has expired, `not_allowed` for one of a host that files
    ///   do not come from, `invalid_argument` for a file that is larger than `limit`. `CancellationError` if the task is cancelled.
    public func read(_ url: String, limit: Int = 256 << 20) async throws -> [UInt8] {
        try Self.checkURL(url)
        return try await withTransferSlot {
            return try await renewing(url) { url in
                var sink = MemorySink(limit: limit)
                _ = try await receive(url, into: &sink, nil)
                return sink.bytes
            }
        }
    }

    /// Runs a transfer, or what a caller does before and after one, when the process has room for its files.
    ///
    /// Transfers within `body` take no further room.
    ///
    /// - Throws: What `body` throws; `CancellationError` if the task is cancelled while it waits.
    package func withTransferSlot<Result>(_ body: () async throws -> Result) async throws -> Result {
        try await caller.state.transfers.withSlot(body)
    }

    static func checkURL(_ url: String) throws {
        guard url.hasPrefix("http://") || url.hasPrefix("https://") else {
            throw SpeedPixError(.invalidArgument, "\"\(url.prefix(200))\" is not an http or https URL")
        }
    }

    /// How much a try must bring to count as a good one.
    private static let resumeThreshold: Int64 = 1 << 20

    /// One try that failed for a reason of the store's or the line's, and not of the caller's.
    private struct FailedAttempt: Error {
        var error: SpeedPixError
    }

    /// Passes everything to `sink`, in as many tries as it takes, and checks that all of it came.
    func receive(
        _ url: String, into sink: inout some DownloadSink, _ onProgress: TransferProgress.Handler?
    ) async throws -> Int64 {
        let retries = caller.configuration.retries
        var download = PartialDownload()
        var steps = ProgressSteps()
        var attempt = 1
        // Bytes that are read again after a restart are not progress: a file that keeps changing must not be read for ever.
        var furthest: Int64 = 0
        while true {
            do {
                try await withTaskExecutorPreference(caller.pipeline.taskExecutor(for: .download)) {
                    try await advance(&download, url, into: &sink) { download in
                        guard let onProgress, let report = steps.report(download.received, of: download.total) else {
                            return
                        }
                        try await withTaskExecutorPreference(globalConcurrentExecutor) { try await onProgress(report) }
                    }
                    try await sink.finish()
                }
                let report = steps.report(download.received, of: download.received, isEnd: true)
                if let report { try await onProgress?(report) }
                return download.received
            } catch let failed as FailedAttempt {
                if download.received - furthest >= Self.resumeThreshold {
                    attempt = 1
                    furthest = download.received
                }
                guard failed.error.isRetryable, attempt < retries.attempts else { throw failed.error }
                caller.logger.debug(
                    "downloading on",
                    metadata: ["from": "\(download.received)", "reason": "\(failed.error.message.withoutSignatures)"])
                try await caller.dependencies.clock.sleep(
                    for: retries.delay(
                        afterAttempt: attempt, retryAfter: failed.error.retryAfter, random: caller.dependencies.random()
                    ))
                attempt += 1
            }
        }
    }

    /// One try: the whole, or the rest of it.
    private func advance(
        _ download: inout PartialDownload, _ url: String, into sink: inout some DownloadSink,
        report: (PartialDownload) async throws -> Void
    ) async throws {
        do {
            let response = try await DescriptorShortage.retrying(caller.dependencies.clock) {
                try await fetch(url, download.headers)
            }
            if download.isBeyondEnd(response.status) { throw download.restart("the file became shorter") }
            guard response.status.kind == .successful else {
                throw refusal(response, await StoreRefusal(reading: response.body))
            }
            var coding = BodyCoding(response.headers)
            let body = try download.begin(response.status, response.headers, isEncoded: coding != nil)
            if body == .whole { try await sink.startOver() }
            if response.isDecoded { coding = nil }
            for try await chunk in response.body {
                try Task.checkCancellation()
                if let found = coding, chunk.readableBytes > 0 {
                    guard !found.isBeginning(chunk.readableBytesView) else { throw Self.compressed(found) }
                    coding = nil
                }
                download.add(Int64(chunk.readableBytes))
                try await sink.write(chunk)
                if !download.isComplete || download.total == nil { try await report(download) }
            }
            // A stream may answer cancellation by just ending, which looks like a whole body if no length was announced.
            try Task.checkCancellation()
            guard download.isComplete else {
                let (received, total) = (download.received, download.total ?? 0)
                let reason = "the body ended after \(received) of \(total) bytes"
                if download.isTooLong { throw download.restart(reason) }
                throw TransportError(reason, mayHaveReachedService: true)
            }
        } catch let error as TransportError {
            throw FailedAttempt(error: Self.connectionLost(error.message, error))
        } catch let error as PartialDownload.Mismatch {
            throw FailedAttempt(error: Self.connectionLost(error.reason, error))
        }
    }

    /// A file that was compressed in a way that the transport does not undo: saved as it is it would be broken.
    private static func compressed(_ coding: BodyCoding) -> FailedAttempt {
        FailedAttempt(
            error: SpeedPixError(
                .invalidResponse, "the store sent the file compressed (\(coding)), which was not asked for",
                remedy: "a proxy in between may do that: reach the store directly, or use a transport that unpacks it"))
    }

    private static func connectionLost(_ reason: String, _ cause: any Error) -> SpeedPixError {
        SpeedPixError(
            .network, "the download broke off: \(reason)",
            remedy: (cause as? TransportError)?.remedy ?? "try again: the result stays at its URL",
            isRetryable: (cause as? TransportError)?.isRetryable ?? true, cause: cause)
    }

    private func refusal(_ response: TransportResponse, _ refusal: StoreRefusal) -> FailedAttempt {
        let status = response.status
        let isGone = [403, 404, 410].contains(status.code)
        return FailedAttempt(
            error: SpeedPixError(
                .apiError,
                "the store refused the download: HTTP \(status.code)"
                    + ((refusal.message ?? refusal.code).map { " \($0)" } ?? ""),
                remedy: isGone ? "the URL has probably expired: get the prediction again for a new one" : nil,
                httpStatus: status.code, serviceCode: refusal.code, requestID: refusal.requestID,
                isRetryable: status.code == 429 || ServiceAnswer.isTransient(status),
                retryAfter: RetryAfter.duration(response.headers, now: caller.dependencies.now())))
    }
}
