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
        let file = try await content.upload(
            to: host.reaching.files, filename: filename, contentType: contentType, onProgress: onProgress)
        if told.keys.withLock({ $0.insert(file.objectKey).inserted }) { host.onEvent(.uploaded(file)) }
        return file
    }

    /// A file that was uploaded before, with a URL that lasts.
    func fresh(_ file: File) async throws -> File {
        try await host.reaching.files.fresh(file)
    }
}
