/// Identifies a file of a prediction's output. Its URL does not: it is another one in each answer.
public struct OutputFileID: Sendable, Hashable, Codable {
    /// The prediction's id.
    public let predictionID: String
    /// Its index among all files of the output, from 0, in the order of ``Prediction/files``.
    public let number: Int

    /// A file by its prediction and its index.
    public init(predictionID: String, number: Int) {
        self.predictionID = predictionID
        self.number = number
    }
}

/// A file of an output that was saved, with what shows whether it is still there as it was.
public struct SavedFile: Sendable, Hashable, Codable {
    /// Which file it is.
    public var output: OutputFileID
    /// Where it was saved: an absolute path.
    public var path: String
    /// Bytes.
    public var size: Int64
    /// Of the saved file, from the file system's attributes: another one after every change. Empty if it has none.
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
