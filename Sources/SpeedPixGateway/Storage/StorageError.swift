import SpeedPix
import SystemPackage
import _NIOFileSystem

/// The data directory, or a file in it, could not be used.
struct StorageError: Error, CustomStringConvertible {
    enum Kind: Sendable {
        /// Another gateway, or another process, has it.
        case held
        /// The database is damaged, or a newer version has written it: what it holds must not be replaced by an empty one.
        case damaged
        /// Full, read-only, gone, or whatever else the system says.
        case unusable
    }

    let kind: Kind
    let action: String
    let reason: String
    /// What to do about it, where that is known.
    var remedy: String?

    init(_ kind: Kind = .unusable, action: String, reason: String, remedy: String? = nil) {
        self.kind = kind
        self.action = action
        self.reason = reason
        self.remedy = remedy
    }

    init(_ action: String, _ error: any Error) {
        kind = .unusable
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
