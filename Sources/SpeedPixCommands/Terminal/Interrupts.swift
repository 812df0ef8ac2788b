import Synchronization

/// Passes Ctrl-C to the command that runs, which may leave it to the process; the process then ends.
public final class Interrupts: Sendable {
    private let handler = Mutex<(@Sendable () -> Bool)?>(nil)
    private let drain = Mutex<(@Sendable () -> Void)?>(nil)
    private let watcher = Mutex<(@Sendable () -> Void)?>(nil)

    /// Without effect until a command has set a handler.
    public init() {}

    /// The process calls this when it is interrupted, from any thread.
    ///
    /// - Returns: Whether the command has dealt with it; otherwise the process should end.
    public func interrupt() -> Bool {
        // Called outside of the lock: a handler may let go of itself.
        handler.withLock { $0 }?() ?? false
    }

    /// The process calls this when a signal asks it to end, from any thread. A command that has taken on work for others, as a worker
    /// has, ends what it is doing first. Once: the next signal ends the process.
    ///
    /// - Returns: Whether the command does so; otherwise the process should end.
    public func beginDraining() -> Bool {
        let body = drain.withLock { drain in
            defer { drain = nil }
            return drain
        }
        body?()
        return body != nil
    }

    /// From now on the first signal calls `body`, from any thread. Nil ends it.
    func handleDraining(_ body: (@Sendable () -> Void)?) { drain.withLock { $0 = body } }

    /// The process calls this when the terminal was resized, or it goes on after a stop; from any thread.
    public func terminalHasChanged() {
        watcher.withLock { $0 }?()
    }

    /// From now on `body` is called when the terminal has changed. Nil ends it.
    func watch(_ body: (@Sendable () -> Void)?) {
        watcher.withLock { $0 = body }
    }

    /// From now on `body` is called, from any thread; it returns whether that is all there is to do. Nil ends it.
    func handle(_ body: (@Sendable () -> Bool)?) {
        handler.withLock { $0 = body }
    }
}
