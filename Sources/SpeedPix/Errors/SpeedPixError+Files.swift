import _NIOFileSystem

extension SpeedPixError {
    /// A file system's error as what it means for the user.
    static func file(_ error: any Error, doing verb: String, path: String) -> SpeedPixError {
        guard let error = error as? FileSystemError else {
            return SpeedPixError(.fileSystem, "could not \(verb) \(path): \(error)", cause: error)
        }
        switch error.code {
        case .notFound:
            return SpeedPixError(
                .fileNotFound, "could not \(verb) \(path): there is no such file or folder",
                remedy: "check the path; relative paths start at the working folder", cause: error)
        case .permissionDenied:
            return SpeedPixError(.fileSystem, "could not \(verb) \(path): permission denied", cause: error)
        default:
            let reason = (error.cause as? FileSystemError.SystemCallError)?.errno.description ?? error.message
            return SpeedPixError(.fileSystem, "could not \(verb) \(path): \(reason)", cause: error)
        }
    }
}
