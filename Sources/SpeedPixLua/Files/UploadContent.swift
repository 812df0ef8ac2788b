import SpeedPix
import SystemPackage

/// What a script uploads: an open file, or bytes.
enum UploadContent: Sendable {
    case file(OpenFile)
    case bytes([UInt8], filename: String)

    /// The name it is uploaded under unless the script says another.
    var name: String {
        switch self {
        case .file(let file): FilePath(file.name).lastComponent?.string ?? "file"
        case .bytes(_, let filename): filename
        }
    }

    /// As the script knows it.
    var shownName: String {
        switch self {
        case .file(let file): file.name
        case .bytes(_, let filename): filename
        }
    }

    /// Where it lies; nil for bytes.
    var path: String? {
        if case .file(let file) = self { file.descriptor.path } else { nil }
    }

    func upload(
        to files: Files, filename: String?, contentType: String?, onProgress: TransferProgress.Handler?
    ) async throws -> File {
        switch self {
        case .bytes(let bytes, let own):
            return try await files.create(
                .bytes(bytes, filename: own), filename: filename ?? own, contentType: contentType,
                onProgress: onProgress)
        case .file(let file):
            return try await Self.reach(file) {
                try await files.create(
                    $0, filename: filename ?? name, contentType: contentType, onProgress: onProgress)
            }
        }
    }

    /// Passes on where the open file is found; errors tell the name by which the script knows it.
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
