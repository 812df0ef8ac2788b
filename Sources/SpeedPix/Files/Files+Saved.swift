import Crypto
import LocalFiles
package import SystemPackage
import _NIOFileSystem

// Files of outputs that were saved before, by this run or an attempt before it.
extension Files {
    /// Downloads a file of an output, unless it lies there already, whole and as it was saved.
    ///
    /// - Parameters:
    ///   - path: By which this process reaches the file.
    ///   - lastingPath: By which it is found again: an absolute path. Under it the client's journal remembers it.
    /// - Returns: Its bytes, and whether it lay there.
    /// - Throws: As ``download(_:to:onProgress:)``.
    package func save(
        _ url: String, to path: FilePath, knownAs lastingPath: String, onProgress: TransferProgress.Handler? = nil
    ) async throws -> (size: Int64, layThere: Bool) {
        let journal = caller.dependencies.journal
        guard journal.identifiesCreates, let output = caller.outputs.id(of: url) else {
            let name = caller.dependencies.nonce()
            return (try await download(url, to: path, by: name, onProgress: onProgress), false)
        }
        let known = try await journal.savedFiles(output).last { $0.path.utf8.elementsEqual(lastingPath.utf8) }
        if let known, await isUnchanged(known, at: path) { return (known.size, true) }
        let size = try await caller.state.saves.named(output, path: lastingPath, otherwise: caller.dependencies.nonce) {
            name in
            // What an attempt that was killed has left.
            try? FileRemoval.remove(SavesInProgress.temporary(beside: path, named: name))
            return try await download(url, to: path, by: name, onProgress: onProgress)
        }
        if let saved = try? await Self.describe(path, output, lastingPath: lastingPath) {
            // The file is saved: an error of the journal's is no reason to lose it.
            await Predictions(caller: caller, files: self).recordOrLog { try await $0.recordSaved(saved) }
        }
        return (size, false)
    }

    private static func describe(_ path: FilePath, _ output: OutputFileID, lastingPath: String) async throws
        -> SavedFile
    {
        try await UploadSource.Reopenable.path(path).withContent { content in
            SavedFile(
                output: output, path: lastingPath, size: content.size, version: content.version?.text ?? "",
                digest: try await content.wholeDigest().hexadecimal)
        }
    }

    /// The paths under which a file of an output was saved, as far as the client's journal knows.
    package func savedPaths(of url: String) async throws -> [String] {
        let journal = caller.dependencies.journal
        guard journal.identifiesCreates, let output = caller.outputs.id(of: url) else { return [] }
        return try await journal.savedFiles(output).map(\.path)
    }

    /// Records in the client's journal that the content of an output's file has gone elsewhere, so that the file need not be saved.
    package func recordUse(of url: String) {
        let journal = caller.dependencies.journal
        guard journal.identifiesCreates, let output = caller.outputs.id(of: url) else { return }
        journal.recordUsed(output)
    }

    /// Whether a file is still there as it was saved: by its version, else by its content.
    func isUnchanged(_ saved: SavedFile, at path: FilePath) async -> Bool {
        let isSame = try? await UploadSource.Reopenable.path(path).withContent { content in
            guard content.size == saved.size else { return false }
            if let version = content.version?.text, version == saved.version { return true }
            return try await content.wholeDigest().hexadecimal == saved.digest
        }
        return isSame ?? false
    }

    /// The SHA-256 of a content, in lower-case hexadecimal.
    package func contentDigest(of source: UploadSource) async throws -> String {
        try await source.withReopenable(nonce: caller.dependencies.nonce()) { opened in
            try await opened.withContent(caller.dependencies.clock) {
                try await digest(of: $0).hexadecimal
            }
        }
    }

    /// The SHA-256 of a content, read once as long as its file lies still.
    func digest(of content: UploadContent) async throws -> SHA256Digest {
        let now = caller.dependencies.now()
        return try await caller.state.digests.digest(of: content) { $0.isUnambiguous(at: now) }
    }

    /// The SHA-256 of what this client has uploaded; nil if it does not know it.
    package func contentDigest(of file: UploadedFile) async throws -> String? {
        guard let entry = cache.entry(objectKey: file.objectKey) else { return nil }
        return try await Self.digest(of: entry)?.hexadecimal
    }
}
