/// The reader of standard output has gone away, as `head` does when it has enough: the command ends without a word, since that
/// reader needs no more and nothing is wrong.
public struct ClosedOutputError: Error, CustomStringConvertible {
    /// As the system words it.
    public var description: String { "standard output: Broken pipe" }

    /// For a write that failed with `EPIPE`.
    public init() {}
}
