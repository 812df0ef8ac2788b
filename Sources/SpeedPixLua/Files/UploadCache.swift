import Crypto
import LuaRuntime
import SpeedPix
import SystemPackage

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Uploads the same content once for as long as its URL lasts, however many predictions use it at the same time.
actor UploadCache {
    private struct Key: Hashable {
        var digest: SHA256.Digest
        var contentType: String
        var filename: String?
    }

    /// One upload and those who wait for it.
    private struct Upload {
        let number: Int
        let task: Task<File, any Error>
        var waiters = 0
        /// The file, once it is there.
        var file: File?
    }

    /// URLs closer to their end than this are not given out any more: a queued workflow fetches its input late.
    private static let margin: Duration = .seconds(600)

    private let host: ScriptHost
    private var uploads: [Key: Upload] = [:]
    private var count = 0

    init(host: ScriptHost) {
        self.host = host
    }

    /// - Throws: ``SpeedPixError``; `CancellationError` once the caller is cancelled. The upload itself goes on while
    ///   anybody else waits for it.
    func file(for source: UploadContent, filename: String? = nil, contentType: String? = nil) async throws -> File {
        let files = try host.reaching.files
        let type = contentType ?? MediaType.guess(filename: filename ?? source.name)
        let digest = try await BlockingWork.run { try source.digest() }
        try Task.checkCancellation()
        let key = Key(digest: digest, contentType: type, filename: filename)
        // Nothing waits between looking and starting, so nobody else can start the same.
        if let upload = uploads[key], upload.file.map(isFresh) ?? true {
            return try await wait(for: upload, key)
        }
        count += 1
        let upload = Upload(
            number: count,
            // A task of its own, since several predictions may wait for it and only one of them may be cancelled.
            task: Task { [onEvent = host.onEvent] in
                let file = try await source.upload(to: files, filename: filename, contentType: type)
                onEvent(.uploaded(file))
                return file
            })
        uploads[key] = upload
        return try await wait(for: upload, key)
    }

    private func wait(for upload: Upload, _ key: Key) async throws -> File {
        uploads[key]?.waiters += 1
        let result = await withTaskCancellationHandler {
            await upload.task.result
        } onCancel: { [number = upload.number] in
            Task { await self.leave(key, number) }
        }
        if Task.isCancelled { throw CancellationError() }
        if uploads[key]?.number == upload.number {
            uploads[key]?.waiters -= 1
            switch result {
            case .success(let file): uploads[key]?.file = file
            // The next one tries again.
            case .failure: uploads[key] = nil
            }
        }
        return try result.get()
    }

    /// Somebody gave up waiting; the last one ends the upload.
    private func leave(_ key: Key, _ number: Int) {
        guard let upload = uploads[key], upload.number == number else { return }
        uploads[key]?.waiters -= 1
        guard upload.waiters <= 1, upload.file == nil else { return }
        upload.task.cancel()
        uploads[key] = nil
    }

    /// How many wait for an upload now; for tests.
    var waiters: Int { uploads.values.reduce(0) { $0 + $1.waiters } }

    private func isFresh(_ file: File) -> Bool {
        guard let end = file.expiresAt else { return true }
        return end.timeIntervalSince(file.createdAt) <= Self.margin / .seconds(1)
            || end.timeIntervalSince(host.client.now()) > Self.margin / .seconds(1)
    }
}
