import LocalFiles
import SpeedPix
import Synchronization
import SystemPackage

/// Uploads what a script names. The client uploads the same content once.
struct ScriptUploads: Sendable {
    /// The paths of uploads that were reported, by the store's keys; nil for bytes. Content that the store had already is not
    /// reported again.
    private final class ReportedUploads: Sendable {
        let paths = Mutex<[String: FilePath?]>([:])
    }

    let host: ScriptHost
    private let reported = ReportedUploads()

    init(host: ScriptHost) {
        self.host = host
    }

    /// - Throws: ``SpeedPixError``, what `onProgress` throws; `CancellationError` once the caller is cancelled.
    func file(
        for content: ScriptUploadSource, filename: String? = nil, contentType: String? = nil,
        onProgress: TransferProgress.Handler? = nil
    ) async throws -> UploadedFile {
        let files = try host.requireClient().files
        let transfer = TransferReporter(host, .upload, name: filename ?? content.shownName, path: content.path?.shown)
        do {
            let file = try await content.upload(
                to: files, filename: filename, contentType: contentType, clock: host.clock
            ) { progress in
                // All at once may mean that it was there already: that is known only afterwards.
                if progress.bytesDone < progress.bytesTotal ?? .max { transfer.progress(progress) }
                try await onProgress?(progress)
            }
            let isNew = reported.paths.withLock { $0.updateValue(content.path, forKey: file.objectKey) == nil }
            if isNew || transfer.hasStarted { transfer.finish(bytes: file.size, url: file.url) }
            if isNew { host.onEvent(.uploaded(file)) }
            return file
        } catch {
            transfer.fail(error)
            throw error
        }
    }

    /// A file that was uploaded before, with a URL that lasts.
    func renewed(_ file: UploadedFile) async throws -> UploadedFile {
        let files = try host.requireClient().files
        let path = reported.paths.withLock { $0[file.objectKey] ?? nil }
        // The sandbox checks the path again; a file that it does not allow any more counts as missing.
        guard let path, let source = try? host.files.open(path) else { return try await files.renewed(file) }
        return try await ScriptUploadSource.reach(source) { try await files.renewed(file, source: $0) }
    }
}
