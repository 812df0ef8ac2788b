/// What the process ends with; scripts and schedulers rely on it.
public enum ExitStatus: Int32, Sendable {
    case success = 0
    /// An error that the script did not handle, or a file that could not be read or written.
    case failure = 1
    /// The command line makes no sense.
    case usage = 2
    /// A prediction failed and the script did not handle it.
    case predictionFailed = 3
    /// Credentials or configuration are missing or wrong.
    case configuration = 4
    /// Ctrl-C: 128 + SIGINT, as shells have it.
    case interrupted = 130
}

/// A command that ended with something else than success. What there is to say has been said.
struct CommandFailure: Error {
    var status: ExitStatus
    /// What to say on standard error; nil if it was said.
    var message: String?
    /// What is wrong, without what helps against it; nil if it was said.
    var problem: String?
    /// What helps, one way each.
    var remedies: [String] = []

    init(_ status: ExitStatus, _ message: String? = nil) {
        self.status = status
        self.message = message
        problem = message
    }

    /// A message that ends in a hint, if there is one.
    init(_ status: ExitStatus, _ problem: String, hint: String?) {
        self.init(status, problem + (hint.map { "\nhint: \($0)" } ?? ""))
        self.problem = problem
        if let hint { remedies = [hint] }
    }
}
