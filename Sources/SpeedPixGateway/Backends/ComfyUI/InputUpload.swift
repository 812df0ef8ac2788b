import ComfyUI
import Crypto
import NIOCore
import SpeedPix
import SystemPackage
import _NIOFileSystem

/// Has a server get a file that a prediction needs, once: it is called by the hash of its bytes there.
struct InputUpload: Sendable {
    /// The folder below the server's input folder.
    static let folder = WorkflowSubstitution.folder
    private static let chunkLength = ByteCount.kibibytes(256)

    let path: FilePath
    /// What ``remoteName(_:)`` gave.
    let name: String

    /// What a file is called at servers: `HASH.png`.
    ///
    /// - Parameter filename: Gives the ending where the bytes do not show it.
    /// - Throws: ``StorageError`` if it cannot be read.
    static func remoteName(of path: FilePath, filename: String) async throws -> String {
        do {
            return try await FileSystem.shared.withFileHandle(forReadingAt: path) { handle in
                var (hash, head) = (SHA256(), [UInt8]())
                for try await chunk in handle.readChunks(in: 0..., chunkLength: chunkLength) {
                    if head.count < MediaType.sniffedLength {
                        head += chunk.readableBytesView.prefix(MediaType.sniffedLength - head.count)
                    }
                    chunk.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
                }
                let type = ending(head: head, filename: filename)
                return Array(hash.finalize()).hexadecimal + (type.isEmpty ? "" : ".\(type)")
            }
        } catch let error as FileSystemError {
            throw StorageError("read an input", error)
        }
    }

    /// A plain ending of a few letters and digits, by the bytes if they show a type; empty if there is none.
    static func ending(head: [UInt8], filename: String) -> String {
        let known = MediaType.sniff(head).flatMap { MediaType.fileExtension(for: $0) }
        let ending = known ?? MediaType.fileExtension(of: filename)
        let isPlain =
            (1...10).contains(ending.utf8.count)
            && ending.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte)
            }
        return isPlain ? ending : ""
    }

    /// Uploads the file, unless the server has it.
    ///
    /// - Returns: What the field of the workflow is to have: another name than ``name`` where the server has something else
    ///   under that one.
    /// - Throws: ``ComfyUIError``; ``StorageError`` or `SpeedPixError` if the file cannot be read; `CancellationError`.
    func place(at client: ComfyUIClient) async throws -> String {
        let wanted = ServerFile(filename: name, subfolder: Self.folder, folder: .input)
        let size: Int64?
        do {
            size = try await FileSystem.shared.info(forFileAt: path)?.size
        } catch {
            throw StorageError("read an input", error)
        }
        // Nothing deletes files over HTTP, but a timer on that machine may. One that is shorter is an upload that broke off, or
        // for which the disk was full.
        if let size, try await client.viewExists(wanted, size: size) { return wanted.inputValue }
        return try await client.upload(path, name: name, subfolder: Self.folder).inputValue
    }
}
