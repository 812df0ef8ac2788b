import NIOCore
import NIOPosix
import SystemPackage
import _NIOFileSystem

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Repeats what failed because the process, or the machine, has no file descriptor left for another file or connection: others
/// are closed soon.
package enum DescriptorShortage {
    /// How long the pauses between tries may take together.
    private static let longest: Duration = .seconds(60)
    private static let firstPause: Duration = .milliseconds(50)
    private static let longestPause: Duration = .seconds(1)

    /// Whether an error says that there was none left (`EMFILE`, `ENFILE`).
    package static func isCause(of error: any Error) -> Bool {
        switch error {
        case let error as Errno: error == .tooManyOpenFiles || error == .tooManyOpenFilesInSystem
        case let error as IOError: error.errnoCode == EMFILE || error.errnoCode == ENFILE
        case let error as FileSystemError: error.cause.map(isCause) ?? false
        case let error as FileSystemError.SystemCallError: isCause(of: error.errno)
        case let error as NIOConnectionError: error.connectionErrors.contains { isCause(of: $0.error) }
        case let error as TransportError: !error.mayHaveReachedService && error.cause.map(isCause) ?? false
        case let error as ServiceCaller.Failure: isCause(of: error.error)
        case let error as SpeedPixError: error.cause.map(isCause) ?? false
        default: false
        }
    }

    /// Repeats an operation for as long as it fails for this reason, up to a minute.
    ///
    /// - Parameter operation: Must have had no effect when it fails so.
    /// - Throws: What the operation throws; `CancellationError` once the task is cancelled.
    package static func retrying<Result>(
        _ clock: any Clock<Duration>, _ operation: () async throws -> Result
    ) async throws -> Result {
        var pauses = Pauses()
        while true {
            do {
                return try await operation()
            } catch  where isCause(of: error) {
                guard let pause = pauses.next() else { throw error }
                try await clock.sleep(for: pause)
            }
        }
    }

    /// The pauses between tries. A value.
    struct Pauses {
        private var waited = Duration.zero
        private var pause = firstPause

        /// - Returns: Nil once they have taken a minute together.
        mutating func next() -> Duration? {
            guard waited < longest else { return nil }
            defer { pause = min(pause * 2, longestPause) }
            waited += pause
            return pause
        }
    }
}
