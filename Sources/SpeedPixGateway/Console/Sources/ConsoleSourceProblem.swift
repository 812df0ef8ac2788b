/// Why a source of the console has no answer.
package struct ConsoleSourceProblem: Error, Sendable, Equatable {
    package enum Code: String, Sendable {
        /// There is no such run, prediction or batch, or it is not in doubt.
        case notFound = "NotFound"
        /// It cannot be had now: another process has it, or a server does not answer.
        case unavailable = "Unavailable"
    }

    package let code: Code
    /// What is wrong and what to do, in a sentence or two.
    package let message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }
}
