import NIOPosix

/// Runs work that waits for the disk, off the VM's actor and off Swift's cooperative threads.
enum BlockingWork {
    static func run<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
        try await NIOThreadPool.singleton.runIfActive(body)
    }
}
