import LocalFiles
import SystemPackage

/// A folder that results are to go to. It is checked before anything is paid for.
enum OutputFolder {
    /// Makes it, and makes sure that it can be written to.
    ///
    /// - Throws: ``CommandFailure`` with ``ExitStatus/failure``.
    static func prepare(_ path: String, shownAs shown: String) throws {
        do {
            try Folder.make(FilePath(path), permissions: .readWriteExecuteForAll)
        } catch {
            throw CommandFailure(
                .failure, "the folder \(shown) cannot be made: \(reason(error, path))".printable())
        }
        try checkCreation(FilePath(path), shownAs: shown)
    }

    /// Makes sure that it can be written to, by making a file and removing it.
    ///
    /// - Parameter path: An absolute path. A folder that is not there yet counts as the nearest one above it that is.
    /// - Throws: ``CommandFailure``, with ``ExitStatus/usage`` for something that is not a folder.
    static func checkWritable(_ path: String, shownAs shown: String) throws {
        var nearest = FilePath(path).lexicallyNormalized()
        var found: FileKind?
        while found == nil {
            do {
                found = try FileKind(of: nearest.string)
            } catch {
                guard error == .noSuchFileOrDirectory, nearest.removeLastComponent() else {
                    throw unwritable(shown, error)
                }
            }
        }
        guard found == .folder else {
            throw CommandFailure(.usage, "\(shown): \(nearest.string) is not a folder".printable())
        }
        try checkCreation(nearest, shownAs: shown)
    }

    private static func checkCreation(_ folder: FilePath, shownAs shown: String) throws {
        do {
            try TemporaryFile.checkCreation(in: folder)
        } catch {
            throw unwritable(shown, error)
        }
    }

    private static func unwritable(_ shown: String, _ error: Errno) -> CommandFailure {
        CommandFailure(.failure, "nothing can be written to \(shown): \(error)".printable())
    }

    /// Why a folder could not be made, with the file that is in the way.
    private static func reason(_ error: Errno, _ path: String) -> String {
        guard error == .notDirectory else { return "\(error)" }
        var nearest = FilePath(path)
        while FileKind(nearest.string) == nil, nearest.removeLastComponent() {}
        return "\(nearest.string) is a file"
    }
}
