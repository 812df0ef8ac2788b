import SystemPackage
import _NIOFileSystem

extension SpeedPixError {
    /// Why a file could not be written, by what helps: a full disk and a read-only folder are not accidents of the program.
    package static func writing(_ error: any Error, path: String) -> SpeedPixError {
        let errno =
            error as? Errno
            ?? ((error as? FileSystemError)?.cause as? FileSystemError.SystemCallError)?.errno
        let reason: (what: String, remedy: String)? =
            switch errno {
            case .noSpace: ("the disk is full", "make room, or choose a folder on another disk")
            case .diskQuotaExceeded: ("the quota is used up", "make room, or choose another folder")
            case .readOnlyFileSystem: ("the file system is read-only", "choose another folder")
            case .permissionDenied, .notPermitted:
                ("permission denied", "choose a folder that you may write to, or change its permissions")
            case .fileTooLarge: ("the file is larger than the file system or the limits allow", "choose another disk")
            case .fileNameTooLong: ("the name is too long", "choose a shorter one")
            default: nil
            }
        if let reason {
            return SpeedPixError(
                .fileSystem, "could not write \(path): \(reason.what)", remedy: reason.remedy, cause: error)
        }
        if let errno = error as? Errno {
            return SpeedPixError(.fileSystem, "could not write \(path): \(errno.description)", cause: error)
        }
        return .file(error, doing: "write", path: path)
    }
}
