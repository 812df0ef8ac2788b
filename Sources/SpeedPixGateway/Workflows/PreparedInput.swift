import SystemPackage
import _NIOFileSystem

/// A checked input. A file that came inside its URL has yet to be written to the disk before the workflow can run.
enum PreparedInput: Sendable {
    case value(WorkflowInputValue)
    case embedded(EmbeddedFile)

    /// The input as the workflow gets it.
    func value(named name: String, in scratch: ScratchDirectory) async throws -> WorkflowInputValue {
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
        }
    }
}
