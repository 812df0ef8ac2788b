import LuaRuntime
import SpeedPix

/// How a run ended.
struct RunEnd {
    /// Nil for success.
    var failure: CommandFailure?
    /// For programs: a stable word, as scripts see it in `e.code`.
    var code: String?
    /// In one sentence, without place and traceback.
    var message: String?

    static let success = RunEnd()

    /// - Parameter chunk: The script that an error is about.
    init(_ error: any Error, script: ScriptFile?, in context: CommandContext) {
        switch error {
        case is CancellationError:
            failure = CommandFailure(.interrupted, "interrupted")
            code = "interrupted"
            message = "interrupted"
        case let error as LuaError:
            var text = error.message
            if let script {
                text = ErrorText.describe(error, chunk: script.chunk) { script.module(named: $0, in: context) }
            }
            failure = CommandFailure(ErrorText.status(error), text)
            code = error.code ?? "script_error"
            message = error.message
        case let error as CommandFailure:
            failure = error
            code = error.status.word
            message = error.message
        case let error as SpeedPixError:
            failure = CommandFailure(.failure, ErrorText.describe(error))
            code = error.code.rawValue
            message = error.message
        default:
            failure = CommandFailure(.failure, "\(error)")
            code = "internal"
            message = "\(error)"
        }
    }

    private init() {}

    /// Standard output does not take what the run has to say.
    init(outputFailed error: any Error) {
        failure = CommandFailure(.failure, "stopped, since what it writes cannot be written: \(error)")
        code = "output"
        message = "\(error)"
    }

    var status: String {
        switch failure?.status {
        case nil: "succeeded"
        case .interrupted: "interrupted"
        default: "failed"
        }
    }

    /// What the process ends with.
    func exitStatus(in context: CommandContext) -> Int32 {
        guard let status = failure?.status else { return 0 }
        // As the shell has it: 130 for Ctrl-C, 143 for SIGTERM.
        if status == .interrupted, let signal = context.signal() { return 128 + signal }
        return status.rawValue
    }
}

extension ExitStatus {
    /// For programs.
    fileprivate var word: String {
        switch self {
        case .success: "success"
        case .failure: "failure"
        case .usage: "usage"
        case .predictionFailed: "prediction_failed"
        case .configuration: "configuration"
        case .interrupted: "interrupted"
        }
    }
}
