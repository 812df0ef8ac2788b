/// A value that is never printed: every description of it, in logs, errors and dumps, is `<redacted>`.
public struct Secret: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The text itself. Package access keeps it inside this project; only the signer has a reason to read it.
    package let revealed: String

    public init(_ text: String) {
        revealed = text
    }

    public var description: String { "<redacted>" }
    public var debugDescription: String { "<redacted>" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
