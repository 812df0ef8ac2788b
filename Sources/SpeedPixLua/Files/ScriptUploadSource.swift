import LocalFiles
import SpeedPix
import SystemPackage

/// What a script uploads: a file, which is opened when its turn has come, or bytes.
enum ScriptUploadSource: Sendable {
    case path(FilePath, FileAccess)
    case bytes([UInt8], filename: String)

    /// A file that the script may read; it is judged now, and once more when it is opened.
    ///
    /// - Throws: ``SpeedPixError``: `file_not_found`, `not_allowed`, `invalid_argument` for a folder.
    static func file(_ path: FilePath, _ files: FileAccess) throws -> ScriptUploadSource {
        // Opened and closed again: a file that cannot be read is the caller's mistake now, and not later.
        _ = try files.open(path)
        return .path(path, files)
    }

    /// The name it is uploaded under unless the script says another.
    var name: String {
        switch self {
        // The service takes text; no byte of the name is lost, so that two names stay two.
        case .path(let path, _): path.fileName?.percentEncoded ?? "file"
        case .bytes(_, let filename): filename
        }
    }

    /// As the script knows it.
    var shownName: String {
        switch self {
        case .path(let path, _): path.shown
        case .bytes(_, let filename): filename
        }
    }

    /// Where it lies; nil for bytes.
    var path: FilePath? {
        if case .path(let path, let files) = self { try? files.readable(path) } else { nil }
    }

    /// - Parameter clock: Measures the pauses while the process has no number left for the file.
    func upload(
        to files: Files, filename: String?, contentType: String?, clock: any Clock<Duration>,
        onProgress: TransferProgress.Handler?
    ) async throws -> UploadedFile {
        switch self {
        case .bytes(let bytes, let own):
            return try await files.upload(
                .bytes(bytes, filename: own), filename: filename ?? own, contentType: contentType,
                onProgress: onProgress)
        case .path(let path, let access):
            // A thousand uploads at once must not hold a thousand files open.
            return try await files.withTransferSlot {
                let file = try await DescriptorShortage.retrying(clock) { try access.open(path) }
                return try await Self.reach(file) {
                    try await files.upload(
                        $0, filename: filename ?? name, contentType: contentType, onProgress: onProgress)
                }
            }
        }
    }

    /// The SHA-256 of the content, in lower-case hexadecimal.
    ///
    /// - Parameter clock: Measures the pauses while the process has no number left for the file.
    func digest(by files: Files, clock: any Clock<Duration>) async throws -> String {
        switch self {
        case .bytes(let bytes, let name):
            return try await files.contentDigest(of: .bytes(bytes, filename: name))
        case .path(let path, let access):
            return try await files.withTransferSlot {
                let file = try await DescriptorShortage.retrying(clock) { try access.open(path) }
                return try await Self.reach(file) { try await files.contentDigest(of: $0) }
            }
        }
    }

    /// Passes on where the open file is found; errors have the name that the script uses for it.
    static func reach<Result>(
        _ file: OpenFile, _ body: (UploadSource) async throws -> Result
    ) async throws -> Result {
        defer { withExtendedLifetime(file) {} }
        do {
            return try await body(.path(file.reachablePath))
        } catch var error as SpeedPixError {
            error.message = error.message.replacing(file.reachablePath, with: file.name)
            throw error
        }
    }
}
