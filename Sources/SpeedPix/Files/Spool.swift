import Crypto
import LocalFiles
import NIOCore
import SystemPackage
import _NIOFileSystem

/// A stream on disk, for as long as an upload takes.
enum Spool {
    /// Reads the stream into a file without a name, hashes it on the way, and passes it on.
    ///
    /// - Throws: What the stream throws, as it is; ``SpeedPixError`` `file_system` if it does not fit on the disk.
    static func withContent<Result: Sendable>(
        of stream: UploadStream, nonce: String, _ body: (UploadContent) async throws -> Result
    ) async throws -> Result {
        let chunks = try stream.read()
        let folder: FilePath
        if let path = stream.spoolFolder {
            folder = FilePath(path)
        } else {
            folder = try await FileSystem.shared.temporaryDirectory
        }
        let path = folder.appending(".speedpix-\(nonce).spool")
        // Not NIO's transactional creation: that would give the file its name when it is closed.
        let options = OpenOptions.Write(
            existingFile: .none, newFile: .init(permissions: [.ownerReadWrite], transactionalCreation: false))
        do {
            return try await FileSystem.shared.withFileHandle(forReadingAndWritingAt: path, options: options) {
                handle in
                // An open file needs no name: from here on even a crash leaves nothing behind.
                try FileRemoval.remove(path)
                var hasher = SHA256()
                var size: Int64 = 0
                for try await chunk in chunks {
                    try Task.checkCancellation()
                    hasher.update(chunk)
                    size += try await handle.write(contentsOf: chunk.readableBytesView, toAbsoluteOffset: size)
                }
                // A cancelled stream may just end, and half of it must not be uploaded as the whole.
                try Task.checkCancellation()
                return try await body(UploadContent(handle, size: size, digest: hasher.finalize()))
            }
        } catch let error where error is FileSystemError || error is Errno {
            throw SpeedPixError.writing(error, path: folder.string)
        }
    }
}
