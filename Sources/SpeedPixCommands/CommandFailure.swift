/// A command that ended with something else than success. ``SpeedPixCommand`` says its ``message``.
struct CommandFailure: Error {
    var status: ExitStatus
    /// What to say on standard error; nil if it was said.
    var message: String?
    /// What is wrong, without what helps against it; nil if it was said.
    var problem: String?
    /// What helps, one way each.
    var remedies: [Remedy] = []

    init(_ status: ExitStatus, _ message: String? = nil) {
        self.status = status
        self.message = message
        problem = message
    }

    /// What a command ends with that was interrupted and has nothing to say of what goes on.
    static let interrupted = CommandFailure(.interrupted, "interrupted")

    /// A message that ends in a hint, if there is one.
    init(_ status: ExitStatus, _ problem: String, hint: String?) {
        self.init(status, problem + (hint.map { "\nhint: \($0)" } ?? ""))
        self.problem = problem
        if let hint { remedies = [Remedy(action: hint)] }
    }
}
