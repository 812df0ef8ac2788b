import SystemPackage
import _NIOFileSystem

/// A checked input. A file that came inside its URL has yet to be written to the disk before the workflow can run, and one that is
/// elsewhere has yet to be fetched.
enum PreparedInput: Sendable {
    case value(WorkflowInputValue)
    case embedded(EmbeddedFile)
    case remote(FetchTarget)

    /// Whether it has yet to be fetched.
    var isRemote: Bool {
        if case .remote = self { true } else { false }
    }

    /// The stored file that it is; nil for everything else.
    var storedFile: ObjectKey? {
        guard case .value(let value) = self, let file = value.fileValue else { return nil }
        // A store's paths end with the text of the key.
        return ObjectKey(FilePath(file.path).components.suffix(2).map(\.string).joined(separator: "/"))
    }

    /// The input as the workflow gets it.
    ///
    /// - Parameter fetcher: Nil where nothing is fetched.
    /// - Throws: ``StorageError``; ``WorkflowFailure`` for a file that could not be fetched; `CancellationError`.
    func value(
        named name: String, in scratch: ScratchDirectory, fetcher: URLFetcher?
    ) async throws -> WorkflowInputValue {
        switch self {
        case .value(let value):
            return value
        case .embedded(let file):
            let path = try await scratch.path().appending("input-\(name)")
            do {
                _ = try await FileSystem.shared.withFileHandle(
                    forWritingAt: path, options: .newFile(replaceExisting: false)
                ) { try await $0.write(contentsOf: file.bytes, toAbsoluteOffset: 0) }
            } catch let error as FileSystemError {
                throw StorageError("store the input \(name)", error)
            }
            return .file(WorkflowInputFile(path: path.string, filename: name, mimeType: file.mimeType))
        case .remote(let target):
            do {
                guard let fetcher else { throw FetchRefusal("is a URL, and this gateway fetches none") }
                return .file(try await fetcher.fetch(target, to: try await scratch.path().appending("input-\(name)")))
            } catch let refusal as FetchRefusal {
                throw WorkflowFailure("the input \"\(name)\" \(refusal.message)")
            }
        }
    }
}
