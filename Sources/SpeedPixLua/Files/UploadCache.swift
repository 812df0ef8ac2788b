import LuaRuntime
import SpeedPix
import SystemPackage

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Uploads each source once for as long as its URL lasts, however many predictions use it at the same time.
actor UploadCache {
    private struct Key: Hashable {
        var source: UploadSource
        var version: FileVersion?
        var filename: String?
        var contentType: String?
    }

    /// URLs closer to their end than this are not given out any more: a queued workflow fetches its input late.
    private static let margin: Duration = .seconds(600)

    private let host: ScriptHost
    private var uploads: [Key: Task<File, any Error>] = [:]

    init(host: ScriptHost) {
        self.host = host
    }

    func file(for source: UploadSource, filename: String? = nil, contentType: String? = nil) async throws -> File {
        let files = try host.reaching.files
        var version: FileVersion?
        if case .path(let path) = source { version = FileVersion(path) }
        let key = Key(source: source, version: version, filename: filename, contentType: contentType)
        if let upload = uploads[key], let file = try? await upload.value, isFresh(file) { return file }
        try Task.checkCancellation()
        // A task of its own, since several predictions may wait for it and only one of them may be cancelled.
        let upload = Task { [onEvent = host.onEvent] in
            let file = try await files.create(source, filename: filename, contentType: contentType)
            onEvent(.uploaded(file))
            return file
        }
        uploads[key] = upload
        do {
            return try await withTaskCancellationHandler {
                try await upload.value
            } onCancel: {
                upload.cancel()
            }
        } catch {
            uploads[key] = nil
            throw error
        }
    }

    private func isFresh(_ file: File) -> Bool {
        guard let end = file.expiresAt else { return true }
        return end.timeIntervalSince(file.createdAt) <= Self.margin / .seconds(1)
            || end.timeIntervalSince(host.client.now()) > Self.margin / .seconds(1)
    }
}
