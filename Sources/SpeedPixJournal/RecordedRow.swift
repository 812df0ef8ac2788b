public import SpeedPix

/// A row of a batch as a journal has it.
public struct RecordedRow: Sendable {
    /// The row's own run, in which its creates are.
    public var run: Int64
    /// Of the values and the script of the newest attempt that has ended; nil while none has.
    public var digest: String?
    /// What this attempt looked at, by its paths, with what distinguishes one state of it from another.
    public var files: [String: String]
    /// What came out of it, as its batch has written it; nil while no attempt has ended.
    public var result: JSONValue?
    /// When this attempt ended, in seconds since 1970.
    public var ended: Double?
    /// Whether it has creates of which it is unknown whether they were made.
    public var hasDoubts: Bool
}
