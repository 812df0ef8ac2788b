public import SpeedPix

/// A row of a batch as a journal has it.
public struct RecordedRow: Sendable {
    /// The row's own run, in which its creates are.
    public var run: Int64
    /// Of the values and the script of the newest attempt that has ended; nil while none has.
    public var digest: String?
    /// The files that this attempt read, by their paths, with what distinguishes their versions.
    public var files: [String: String]
    /// What came out of it, as its batch has written it; nil while no attempt has ended.
    public var result: JSONValue?
    /// When this attempt ended, in seconds since 1970.
    public var ended: Double?
}
