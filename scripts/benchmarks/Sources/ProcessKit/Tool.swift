import Foundation

/// Programs that `scripts/bench` has made ready.
public enum Tool: String {
    /// `speedpix`, in a release build.
    case speedpix = "SPEEDPIX_BENCH_COMMAND"
    /// A library that makes each fsync take 5 ms.
    case slowDisk = "SPEEDPIX_BENCH_SLOW_DISK"
    /// A Python that has the official client, DBOS, Celery and FastAPI.
    case python = "SPEEDPIX_BENCH_PYTHON"

    /// Where it is.
    ///
    /// - Throws: If `scripts/bench` did not start this.
    public var path: String {
        get throws {
            guard let path = ProcessInfo.processInfo.environment[rawValue] else {
                throw ChildProcess.Failure(message: "\(rawValue) is not set: run scripts/bench")
            }
            return path
        }
    }
}
