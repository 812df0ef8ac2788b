/// A file of a prediction's output, by its place: its URL is another one in each answer.
public struct OutputFileID: Sendable, Hashable, Codable {
    /// The prediction's id.
    public let predictionID: String
    /// Among all files of the output, from 0, in the order of ``Prediction/files``.
    public let number: Int

    /// A file by its place.
    public init(predictionID: String, number: Int) {
        self.predictionID = predictionID
        self.number = number
    }
}

/// A file of an output that was saved, and how to tell whether it still lies there as it was.
public struct SavedFile: Sendable, Hashable, Codable {
    /// Which file it is.
    public var output: OutputFileID
    /// Where it was saved: an absolute path.
    public var path: String
    /// Bytes.
    public var size: Int64
    /// Of the saved file, as the file system tells it: another one after every change. Empty if it does not tell.
    public var version: String
    /// The SHA-256 of the content, in lower-case hexadecimal.
    public var digest: String

    /// What is known of a file that was just saved.
    public init(output: OutputFileID, path: String, size: Int64, version: String, digest: String) {
        self.output = output
        self.path = path
        self.size = size
        self.version = version
        self.digest = digest
    }
}
