import Crypto
import SpeedPix

/// A file of a batch's script as a worker has fetched and checked it.
package struct FetchedFile: Sendable, Equatable {
    /// Relative to the script's folder, and within it.
    package var path: String
    package var content: [UInt8]
}

extension BatchManifest {
    /// The most that a script with its modules may have, in bytes: no script that a person wrote comes near.
    package static let largestScript = 64 << 20

    /// Fetches the script with its modules, the script first.
    ///
    /// - Throws: ``QueueError`` `malformed` for what is not what the manifest says; what reading throws; `CancellationError`.
    package func fetchScript(_ batch: BatchName, from store: any WriteOnceStore) async throws -> [FetchedFile] {
        // Sizes and numbers of pieces are somebody else's: none may be one with which a sum cannot be made.
        let hasRightSizes = script.files.allSatisfy { file in
            (0...Self.largestScript).contains(file.size) && file.pieces == QueuePieces.count(of: file.size)
        }
        guard !script.files.isEmpty, hasRightSizes,
            script.files.reduce(0, { $0 + $1.size }) <= Self.largestScript
        else {
            throw QueueError(.malformed, "the batch \(batch) has no script that could be run")
        }
        var files: [FetchedFile] = []
        var piece = 1
        for file in script.files {
            guard Self.isInside(file.path), !files.contains(where: { $0.path == file.path }) else {
                throw QueueError(.malformed, "the batch \(batch) has a script file with the path \(file.path)")
            }
            var content: [UInt8] = []
            for number in piece..<piece + file.pieces {
                guard let written = try await store.read(QueueSubject(batch).script(number)) else {
                    throw QueueError(.malformed, "the batch \(batch) lacks piece \(number) of its script")
                }
                content += written.payload
                guard content.count <= file.size else { break }
            }
            piece += file.pieces
            guard content.count == file.size, SHA256.hash(data: content).hexadecimal == file.digest else {
                throw QueueError(.malformed, "\(file.path) of the batch \(batch) is not what its manifest says")
            }
            files.append(FetchedFile(path: file.path, content: content))
        }
        return files
    }

    /// Whether a path stays in the folder that it begins in.
    package static func isInside(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return !path.utf8.contains(0)
            && parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." && $0.utf8.count <= 255 }
    }
}
