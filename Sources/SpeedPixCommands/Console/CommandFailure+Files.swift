import SystemPackage

extension CommandFailure {
    /// A file that could not be written.
    ///
    /// - Parameter shown: The file, as the user named it.
    static func writing(_ shown: String, _ error: Errno) -> CommandFailure {
        CommandFailure(.failure, "could not write \(shown): \(error)".printable())
    }
}
