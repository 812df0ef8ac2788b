import SpeedPix
import SystemPackage
import _NIOFileSystem

/// The data directory could not be used: full, read-only, gone.
struct StorageError: Error, CustomStringConvertible {
    let action: String
    let reason: String
    /// What to do about it, where that is known.
    var remedy: String?

    init(action: String, reason: String, remedy: String? = nil) {
        self.action = action
        self.reason = reason
        self.remedy = remedy
    }

    init(_ action: String, _ error: any Error) {
        self.action = action
        switch error {
        case let error as FileSystemError:
            reason = (error.cause as? FileSystemError.SystemCallError)?.errno.description ?? error.message
        case let error as Errno:
            reason = error.description
        default:
            reason = String(describing: error)
        }
    }

    var description: String { "could not \(action): \(reason)" }
}
