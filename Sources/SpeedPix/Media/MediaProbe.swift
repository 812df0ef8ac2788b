/// What kind of file is looked at.
public enum MediaKind: String, Sendable, Hashable, CaseIterable {
    case image
    case video
    case audio
    case document
}

/// Reads from a file what the service has not reported. The product `SpeedPixMedia` has one; the SDK alone reads no media.
public protocol MediaProbe: Sendable {
    /// What the file says of itself; nil for what it does not say or this probe cannot read.
    ///
    /// - Throws: ``SpeedPixError``: `unsupported` if what it takes is not installed, `invalid_argument` for a file that
    ///   is none of this kind. `CancellationError` if the task is cancelled.
    func properties(ofFileAt path: String, kind: MediaKind) async throws -> MediaProperties
}
