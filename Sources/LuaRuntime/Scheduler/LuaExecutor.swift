import Dispatch

/// Runs one VM's actor on threads outside Swift's cooperative pool.
///
/// The pool has a thread for each core, and everything asynchronous shares them: two scripts in a busy loop would stop
/// a two-core machine's timers, network and signals, and nobody could interrupt them any more.
final class LuaExecutor: SerialExecutor {
    private let queue = DispatchQueue(label: "lua")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
