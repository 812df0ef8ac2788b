import SpeedPix
import Synchronization

/// Uploads what a script names. The client sees to it that the same content goes up once.
struct ScriptUploads: Sendable {
    /// Keys of the files that were told of, so that content that was there already is no upload.
    private final class Told: Sendable {
        let keys = Mutex<Set<String>>([])
    }

    let host: ScriptHost
    private let told = Told()

    init(host: ScriptHost) {
        self.host = host
    }

    /// - Throws: ``SpeedPixError``, what `onProgress` throws; `CancellationError` once the caller is cancelled.
    func file(
        for content: UploadContent, filename: String? = nil, contentType: String? = nil,
        onProgress: TransferProgress.Handler? = nil
    ) async throws -> File {
        let files = try host.reaching.files
        let transfer = TransferReporter(host, .upload, name: filename ?? content.shownName, path: content.path)
        do {
            let file = try await content.upload(
                to: files, filename: filename, contentType: contentType
            ) { progress in
                // All at once may mean that it was there already: that is known only afterwards.
                if progress.bytesDone < progress.bytesTotal ?? .max { transfer.progress(progress) }
                try await onProgress?(progress)
            }
            let isNew = told.keys.withLock { $0.insert(file.objectKey).inserted }
            if isNew || transfer.hasStarted { transfer.finish(bytes: file.size, url: file.url) }
            if isNew { host.onEvent(.uploaded(file)) }
            return file
        } catch {
            transfer.fail(error)
            throw error
        }
    }

    /// A file that was uploaded before, with a URL that lasts.
    func fresh(_ file: File) async throws -> File {
        try await host.reaching.files.fresh(file)
    }
}
