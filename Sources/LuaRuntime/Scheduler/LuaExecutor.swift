import CLuaBridge
import Dispatch
import Synchronization

/// Runs one VM's actor on a thread of its own, outside Swift's cooperative pool.
///
/// The pool has a thread for each core, and everything asynchronous shares them: two scripts in a busy loop would stop
/// a two-core machine's timers, network and signals, and could not be interrupted any more. A thread of its own also can
/// be sent the signal that interrupts a script, and it stays awake for the moment that a short wait takes. It ends
/// when the VM has had nothing to do for a while.
final class LuaExecutor: SerialExecutor {
    private let queue = JobQueue()

    deinit {
        queue.close()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = JobQueue.Job(job: UnownedJob(job), executor: self)
        guard queue.append(job) else { return }
        let retained = Unmanaged.passRetained(queue)
        let started = spl_start_thread(
            { context in
                guard let context else { return }
                Unmanaged<JobQueue>.fromOpaque(context).takeRetainedValue().work()
            }, retained.toOpaque(), LuaExecutor.stackSize)
        guard !started else { return }
        // The process can start no more threads: the jobs run on one of Dispatch's pool for as long as there are any.
        DispatchQueue.global().async { retained.takeRetainedValue().work() }
    }

    /// Bytes. Lua's C stack ends after 200 calls, LUAI_MAXCCALLS; the deepest of ours take some kilobytes each.
    private static let stackSize = 2 << 20
}

/// The jobs of one executor, and the thread that runs them.
private final class JobQueue: Sendable {
    struct Job {
        var job: UnownedJob
        /// The executor must outlive its jobs.
        var executor: LuaExecutor
    }

    fileprivate struct State {
        var jobs: [Job] = []
        var hasThread = false
        var isParked = false
        var isClosed = false
    }

    private let state = Mutex(State())
    /// Copy of the number of jobs, for looking without the lock.
    private let count = Atomic<Int>(0)
    private let wakeUp = DispatchSemaphore(value: 0)

    /// - Returns: Whether the caller must start a thread.
    func append(_ job: Job) -> Bool {
        let (mustStart, mustWake) = state.withLock { state in
            state.jobs.append(job)
            count.store(state.jobs.count, ordering: .releasing)
            defer {
                state.hasThread = true
                state.isParked = false
            }
            return (!state.hasThread, state.isParked)
        }
        if mustWake { wakeUp.signal() }
        return mustStart
    }

    /// No more jobs will come: the thread need not wait for any.
    func close() {
        let mustWake = state.withLock { state in
            state.isClosed = true
            defer { state.isParked = false }
            return state.isParked
        }
        if mustWake { wakeUp.signal() }
    }

    /// Runs jobs until there have been none for a while.
    func work() {
        var batch: [Job] = []
        while true {
            state.withLock { state in
                swap(&batch, &state.jobs)
                count.store(0, ordering: .relaxed)
            }
            for job in batch { job.job.runSynchronously(on: job.executor.asUnownedSerialExecutor()) }
            let wasBusy = !batch.isEmpty
            // A rare peak must not keep its memory for ever.
            batch.removeAll(keepingCapacity: batch.count <= 1024)
            if state.withLock({ $0.isClosed && $0.jobs.isEmpty }) { return }
            if wasBusy, spinForJob() { continue }
            if state.withLock({ $0.park() }) { continue }
            if wakeUp.wait(timeout: .now() + .seconds(1)) == .success { continue }
            // Another thread may have decided to wake this one while its wait timed out: then the semaphore is about to be
            // signalled.
            let ends = state.withLock { state in
                guard state.isParked else { return false }
                state.isParked = false
                state.hasThread = false
                return true
            }
            if ends { return }
            wakeUp.wait()
        }
    }

    /// Waits some microseconds for the next job: less than going to sleep and being woken takes.
    private func spinForJob() -> Bool {
        for _ in 0..<Self.patience {
            if count.load(ordering: .acquiring) > 0 { return true }
            spl_pause()
        }
        return false
    }

    /// Pauses of 10 to 50 ns each, depending on the processor.
    private static let patience = 400
}

extension JobQueue.State {
    /// - Returns: Whether there is work after all.
    fileprivate mutating func park() -> Bool {
        isParked = jobs.isEmpty && !isClosed
        return !isParked
    }
}
