/// A value that is never printed: every description of it, in logs, errors and dumps, is `<redacted>`.
public struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The text itself. Package access keeps it inside this project; only the signer has a reason to read it.
    package let revealed: String

    /// Wraps the text as it is: not trimmed, not checked.
    public init(_ text: String) {
        revealed = text
    }

    /// As logs and messages show it: `<redacted>`.
    public var description: String { "<redacted>" }
    /// As debuggers and `String(reflecting:)` show it: `<redacted>` too.
    public var debugDescription: String { "<redacted>" }
    /// Without children, so that `dump` and reflection find nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
