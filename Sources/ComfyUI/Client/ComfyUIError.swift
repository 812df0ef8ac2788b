/// What went wrong with a call of a ComfyUI server, what that means for the server's state, and what to do next.
///
/// Calls of ``ComfyUIClient`` and ``ComfyUISocket`` throw this type, except `CancellationError` in a cancelled task and
/// `SpeedPixError` for a local file that cannot be read.
package struct ComfyUIError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure.
    package enum Code: String, Sendable, Hashable {
        /// No connection could be made, or it ended before the request was sent: the server has seen nothing.
        case unreachable
        /// The request was sent, at least in part, and the connection broke before a whole answer was there.
        case lostAnswer = "lost_answer"
        /// No whole answer came within the call's time limit.
        case timeout
        /// The server answered that it does not do it: an HTTP status that is no success.
        case refused
        /// The server has no such file, prompt or route (HTTP 404).
        case notFound = "not_found"
        /// The answer is larger than the call reads, or the server takes no request as large as that.
        case tooLarge = "too_large"
        /// The answer is not what ComfyUI answers.
        case malformed
        /// Address, headers or certificates as they were configured cannot be right.
        case configuration
    }

    /// The kind of failure.
    package var code: Code
    /// What happened, in one sentence for a person.
    package var message: String
    /// What to do about it, if there is something to do.
    package var remedy: String?
    /// The HTTP status of the answer, if there was one.
    package var status: Int?
    /// Why a prompt was not taken, if the server said it as ComfyUI does.
    package var refusal: PromptRefusal?
    /// Whether the call may have changed something at the server. False only if that is certain: nothing was sent, or the
    /// server refused it. A prompt for which this is true must be looked for before it is posted again.
    package var mayHaveTakenEffect: Bool
    /// The error below this one.
    package var cause: (any Error)?

    /// - Parameter mayHaveTakenEffect: When in doubt, true.
    package init(
        _ code: Code, _ message: String, remedy: String? = nil, status: Int? = nil, refusal: PromptRefusal? = nil,
        mayHaveTakenEffect: Bool, cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.remedy = remedy
        self.status = status
        self.refusal = refusal
        self.mayHaveTakenEffect = mayHaveTakenEffect
        self.cause = cause
    }

    /// As logs and messages show it: code and message in one line, the remedy as a `hint:` below.
    package var description: String {
        "\(code.rawValue): \(message)" + (remedy.map { "\nhint: \($0)" } ?? "")
    }
}
