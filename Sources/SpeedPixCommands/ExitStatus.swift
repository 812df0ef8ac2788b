import SpeedPix

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// What the process ends with; scripts and schedulers rely on it.
public enum ExitStatus: Int32, Sendable, CaseIterable {
    case success = 0
    /// An error that the script did not handle, or a file that could not be read or written.
    case failure = 1
    /// The command line makes no sense.
    case usage = 2
    /// A prediction failed and the script did not handle it.
    case predictionFailed = 3
    /// Credentials or configuration are missing or wrong.
    case configuration = 4
    /// A scheduler may try again later (`EX_TEMPFAIL` of sysexits.h): the same script runs already, with `--lock`, or a batch has
    /// left rows for another time.
    case later = 75
    /// A signal; 130 for Ctrl-C, see ``processStatus(signal:)``.
    case interrupted = 130

    /// What the process ends with: for an interrupt 128 plus the signal's number, as shells have it, so that the sender of a
    /// SIGTERM finds the 143 that it expects.
    ///
    /// - Parameter signal: What asked the process to end; nil counts as SIGINT.
    public func processStatus(signal: Int32?) -> Int32 {
        self == .interrupted ? 128 + (signal ?? SIGINT) : rawValue
    }

    /// What each means to the caller of a command, in one line. The help of commands and the manual page show it; a test holds
    /// the README against it.
    static let summary =
        allCases.map { "\($0.rawValue) \($0.meaning)" }.joined(separator: ", ")
        + ", \(interrupted.processStatus(signal: SIGTERM)) ended by SIGTERM"

    private var meaning: String {
        switch self {
        case .success: "done"
        case .failure: "uncaught script error"
        case .usage: "usage"
        case .predictionFailed: "uncaught failed prediction, or rows of a batch that are not done"
        case .configuration: "credentials or configuration"
        case .later: "later: it runs already (--lock), or a batch has rows left (--until, --budget)"
        case .interrupted: "interrupted"
        }
    }
}

extension ExitStatus {
    /// For an error of the SDK that was not handled.
    init(_ code: SpeedPixError.Code) {
        switch code {
        case .predictionFailed, .canceled: self = .predictionFailed
        case .auth, .configuration: self = .configuration
        default: self = .failure
        }
    }
}

extension ExitStatus {
    /// For programs.
    var word: String {
        switch self {
        case .success: "success"
        case .failure: "failure"
        case .usage: "usage"
        case .predictionFailed: "prediction_failed"
        case .configuration: "configuration"
        case .later: "later"
        case .interrupted: "interrupted"
        }
    }
}
