import LuaRuntime
import SpeedPix

/// How a run ended.
struct RunEnd {
    /// Nil for success.
    var failure: CommandFailure?
    /// For programs: a stable word, as scripts see it in `e.code`.
    var code: String?
    /// In one sentence, without source position and traceback.
    var message: String?

    static let success = RunEnd()

    /// - Parameter script: What an error is about; nil if no script has run.
    init(_ error: any Error, script: ScriptFile?, in context: CommandContext) {
        switch error {
        case is CancellationError:
            failure = .interrupted
            code = "interrupted"
            message = "interrupted"
        case let error as LuaError:
            code = error.code ?? "script_error"
            message = error.message
            if let usage = script.flatMap({ ScriptUsage.failure(error, of: $0.command) }) {
                failure = usage
                return
            }
            var text = error.message
            if let script {
                text = ErrorText.describe(error, chunk: script.chunk) { script.module(named: $0, in: context) }
            }
            failure = CommandFailure(ErrorText.status(error), text)
        case let error as CommandFailure:
            failure = error
            code = error.status.word
            message = error.message
        case let error as SpeedPixError:
            failure = CommandFailure(ExitStatus(error.code), ErrorText.describe(error))
            code = error.code.rawValue
            message = error.message
        default:
            failure = CommandFailure(.failure, "\(error)")
            code = "internal"
            message = "\(error)"
        }
    }

    private init() {}

    /// The end of a run whose output could not be written.
    init(outputFailed error: any Error) {
        let isClosed = error is ClosedOutputError
        failure = CommandFailure(
            .failure, isClosed ? nil : "stopped, since what it writes cannot be written: \(error)")
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
        (failure?.status ?? .success).processStatus(signal: context.signal())
    }
}

extension RunEnd {
    /// What `run.finished` always has.
    func fields(in context: CommandContext) -> [String: JSONValue] {
        var fields: [String: JSONValue] = [
            "status": .string(status), "exit_status": .integer(Int64(exitStatus(in: context))),
        ]
        if failure != nil {
            fields["error"] = .object(["code": .optional(code), "message": .optional(message)].withoutNulls)
        }
        return fields
    }
}

extension RunEnd {
    /// How the script itself ended.
    ///
    /// - Parameters:
    ///   - error: What it was stopped by; nil if it ran to its end.
    ///   - script: What the error is about; nil for an error that names its lines itself.
    ///   - outputFailure: Why standard output took no more, which counts before anything that the script made of it. It does
    ///     not count once the end of the process was asked for, since writes fail because of that.
    static func decide(
        _ error: (any Error)?, script: ScriptFile? = nil, outputFailure: (any Error)?, in context: CommandContext
    ) -> RunEnd {
        (context.end.hasBegun ? nil : outputFailure).map { RunEnd(outputFailed: $0) }
            ?? error.map { RunEnd($0, script: script, in: context) } ?? .success
    }

    /// The same with a last line about what to do next, if it is a failure.
    func hinting(_ hint: String?) -> RunEnd {
        guard let hint, let failure else { return self }
        var end = self
        end.failure?.message = [failure.message, hint.printable()].compactMap(\.self).joined(separator: "\n")
        return end
    }

    /// A dry run that stops may stop because nothing is real.
    var explainedAsDryRun: RunEnd {
        guard let failure, ![.interrupted, .usage].contains(failure.status), let message = failure.message else {
            return self
        }
        var end = self
        end.failure?.message =
            message
            + "\ndry run: results are placeholders, so the script may have stopped here"
            + " only because it needs a real result; what is listed above is what came before"
        return end
    }
}
