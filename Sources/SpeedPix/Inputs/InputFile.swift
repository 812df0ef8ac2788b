/// A file of an input that only the caller can read, such as one in a sandbox, an archive or a database.
public protocol InputFile: Sendable {
    /// What people know it by.
    var name: String { get }

    /// The SHA-256 of the content, in lower-case hexadecimal; nil if it cannot be found out. Asked for before ``url()``, by
    /// clients whose journal looks for attempts before (``PredictionJournal/identifiesCreates``): the same content is the
    /// same input.
    ///
    /// - Throws: If the file cannot be read; nothing is created then. It is called in the create's task: `CancellationError` if
    ///   that is cancelled.
    func contentDigest() async throws -> String?

    /// Uploads the file, unless that was done, and returns a URL that the service can fetch it by.
    ///
    /// - Throws: If that fails; nothing is created then. As ``contentDigest()`` it is cancelled with the create's task.
    func url() async throws -> String
}
