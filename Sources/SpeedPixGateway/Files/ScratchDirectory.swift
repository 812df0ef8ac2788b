import SystemPackage
import _NIOFileSystem

/// A folder for the temporary files of one run. It is made when the first of them is: most runs have none.
actor ScratchDirectory {
    private let location: FilePath
    private var making: Task<Void, any Error>?

    init(_ location: FilePath) {
        self.location = location
    }

    /// Where it is; from now on it is there.
    ///
    /// - Throws: ``StorageError``.
    func path() async throws -> FilePath {
        let making =
            making
            ?? Task { [location] in
                try await FileSystem.shared.createDirectory(
                    at: location, withIntermediateDirectories: true, permissions: .ownerReadWriteExecute)
            }
        self.making = making
        do {
            try await making.value
        } catch {
            throw StorageError("make a scratch directory", error)
        }
        return location
    }

    /// Removes it with all that is in it, if it was made; it must not be used after that.
    func remove() async {
        guard let making else { return }
        _ = await making.result
        await ObjectStore.remove(location)
    }
}
