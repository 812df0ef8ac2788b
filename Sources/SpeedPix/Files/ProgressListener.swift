import Synchronization

/// A caller's progress callback, until that caller has left.
final class ProgressListener: Sendable {
    private let handler: Mutex<TransferProgress.Handler?>

    init(_ handler: TransferProgress.Handler?) {
        self.handler = Mutex(handler)
    }

    @Sendable func report(_ progress: TransferProgress) async throws {
        try await handler.withLock { $0 }?(progress)
    }

    /// It is not called any more.
    func detach() {
        handler.withLock { $0 = nil }
    }
}
