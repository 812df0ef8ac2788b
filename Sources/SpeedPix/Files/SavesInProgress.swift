import Crypto
import LocalFiles
import Synchronization
import SystemPackage

/// Names for the temporary files of results that are saved under a journal: the same in each attempt of a run, so that the next
/// one removes what a killed one has left.
final class SavesInProgress: Sendable {
    private let names = Mutex<Set<String>>([])

    /// Calls the closure with a name that nothing else in this process uses meanwhile. Other processes have other runs, and so
    /// other names.
    ///
    /// - Parameter otherwise: For a second save of the same file to the same place at the same time.
    func named<Result>(
        _ output: OutputFileID, path: String, otherwise nonce: () -> String, _ body: (String) async throws -> Result
    ) async throws -> Result {
        let digest = SHA256.hash(data: Array("\(output.predictionID)/\(output.number)/\(path)".utf8))
        let name = String(digest.hexadecimal.prefix(16))
        let isFree = names.withLock { $0.insert(name).inserted }
        guard isFree else { return try await body(nonce()) }
        defer { names.withLock { _ = $0.remove(name) } }
        return try await body(name)
    }

    /// The file beside a target that becomes it.
    static func temporary(beside target: FilePath, named name: String) -> FilePath {
        TemporaryFile.path(beside: target, unique: name)
    }
}
