/// Why something of a batch in a queue failed, and what may be done about it.
package struct QueueError: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// What is in the queue was not written by this program, or is damaged.
        case malformed
        /// It was written by another version.
        case version
        /// The name is taken by a batch of other content.
        case nameInUse = "name_in_use"
        /// There is no such batch, row or create.
        case notFound = "not_found"
        /// The batch was cancelled.
        case cancelled
        /// Larger than a queue takes.
        case tooLarge = "too_large"
        /// A stream exists, and is set up in a way that cannot be worked with.
        case stream
        /// What was asked for makes no sense as things stand.
        case state
    }

    package var code: Code
    /// What happened, in words.
    package var message: String
    /// What to do about it, if anything is known.
    package var remedy: String?

    package init(_ code: Code, _ message: String, remedy: String? = nil) {
        self.code = code
        self.message = message
        self.remedy = remedy
    }

    package var description: String { remedy.map { "\(message); \($0)" } ?? message }
}
