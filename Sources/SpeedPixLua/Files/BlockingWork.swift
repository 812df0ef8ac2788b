import LuaRuntime

/// Runs file work off the VM's actor and off Swift's cooperative threads.
enum BlockingWork {
    /// Disks do little more at a time; a folder on a network that does not answer holds some of them up.
    private static let threads = BlockingThreads(limit: 16)

    /// Runs a closure on a thread that may block.
    ///
    /// - Throws: What the closure throws; `CancellationError`, also if the work does not end within a second of it.
    static func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await threads.run(body)
    }
}
