import CLuaBridge
import Dispatch
import Synchronization

/// Threads for work that blocks or computes, so that neither the VM's actor nor Swift's cooperative threads have to wait
/// for it.
///
/// Work that is cancelled and does not end is given up: its caller goes on, another thread takes its place, and it ends
/// when it ends, with the process at the latest. Of such threads there are only so many.
package final class BlockingThreads: Sendable {
    /// ``mostAbandoned`` pieces of work have not ended although they were cancelled, so no more is begun.
    package struct Exhausted: Error, LuaRaisable {
        package init() {}

        package var luaFields: [String: LuaValue] {
            [
                "code": LuaErrorCode.busy.value,
                "message": .string("\(mostAbandoned) operations that were stopped have not ended; no more are begun"),
                "hint": "a disk or a network folder may not answer; end the program and look there",
                "retryable": false,
            ]
        }
    }

    private struct State {
        var running = 0
        var abandoned = 0
        var waiting: [BlockingJob] = []
    }

    /// Threads that were given up, at most. With more, new work is refused: it would most likely get stuck like the work
    /// before it.
    package static let mostAbandoned = 32
    /// Bytes: what the main thread of a process usually has is eight times as much, and decoders need less.
    private static let stackSize = 4 << 20

    private let limit: Int
    private let patience: Duration
    private let clock: any Clock<Duration>
    private let onThreadEnd: @Sendable () -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - limit: How much goes on at a time; what comes more waits its turn.
    ///   - patience: How long cancelled work may take to end before it is given up.
    ///   - clock: Measures that.
    ///   - onThreadEnd: Called by each thread before it ends.
    package init(
        limit: Int, patience: Duration = .seconds(1), clock: any Clock<Duration> = ContinuousClock(),
        onThreadEnd: @escaping @Sendable () -> Void = {}
    ) {
        self.limit = limit
        self.patience = patience
        self.clock = clock
        self.onThreadEnd = onThreadEnd
    }

    /// How many threads were given up and have not ended yet.
    package var abandoned: Int { state.withLock { $0.abandoned } }

    /// Runs a closure on a thread that may block.
    ///
    /// - Parameters:
    ///   - onCancel: Called, once and from any thread, when the task is cancelled while the closure runs: asks it to end.
    ///   - body: The work. Its result is dropped if it was given up.
    /// - Throws: What `body` throws; `CancellationError` if the task is cancelled before it begins, or the work is given
    ///   up; ``Exhausted``.
    package func run<Result: Sendable>(
        onCancel: @escaping @Sendable () -> Void = {}, _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        let job = BlockingJob(onCancel: onCancel)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Result, any Error>) in
                job.prepare {
                    let result = Swift.Result { try body() }
                    return { continuation.resume(with: result) }
                } fail: {
                    continuation.resume(throwing: $0)
                }
                submit(job)
            }
        } onCancel: {
            cancel(job)
        }
    }

    // MARK: Starting

    private func submit(_ job: BlockingJob) {
        // Decided under the lock: once it waits, another thread may start it at any moment.
        let admission = state.withLock { state -> Admission in
            guard state.abandoned < Self.mostAbandoned else { return .refused }
            guard state.running < limit else {
                state.waiting.append(job)
                return .waiting
            }
            guard job.start() else { return .waiting }
            state.running += 1
            return .started
        }
        switch admission {
        case .started: start(job)
        case .waiting: break
        case .refused: job.fail(Exhausted())
        }
    }

    private enum Admission {
        case started, refused
        /// It waits, or was cancelled before it came.
        case waiting
    }

    private func start(_ job: BlockingJob) {
        let retained = Unmanaged.passRetained(ThreadStart(threads: self, job: job))
        let isStarted = spl_start_thread(
            { context in
                guard let context else { return }
                let start = Unmanaged<ThreadStart>.fromOpaque(context).takeRetainedValue()
                start.threads.work(start.job)
            }, retained.toOpaque(), Self.stackSize)
        guard !isStarted else { return }
        // The process can start no more threads: the work runs on one of Dispatch's pool.
        DispatchQueue.global().async {
            let start = retained.takeRetainedValue()
            start.threads.work(start.job)
        }
    }

    /// What a thread does: one piece of work after the other, for as long as there is any.
    private func work(_ first: BlockingJob) {
        var next: BlockingJob? = first
        while let job = next {
            let isOver = job.run()
            next = state.withLock { state in
                guard isOver else {
                    state.abandoned -= 1
                    return nil
                }
                return takeNext(&state)
            }
            job.deliver()
        }
        onThreadEnd()
    }

    /// The next in line takes the place of one that is over.
    private func takeNext(_ state: inout State) -> BlockingJob? {
        while !state.waiting.isEmpty {
            let job = state.waiting.removeFirst()
            if job.start() { return job }
        }
        state.running -= 1
        return nil
    }

    // MARK: Cancellation

    private func cancel(_ job: BlockingJob) {
        guard job.cancel() else { return }
        Task { [patience, clock] in
            try? await clock.sleep(for: patience)
            abandon(job)
        }
    }

    private func abandon(_ job: BlockingJob) {
        let (isAbandoned, next) = state.withLock { state -> (Bool, BlockingJob?) in
            guard job.abandon() else { return (false, nil) }
            state.abandoned += 1
            return (true, takeNext(&state))
        }
        if isAbandoned { job.deliver() }
        if let next { start(next) }
    }

    private final class ThreadStart: Sendable {
        let threads: BlockingThreads
        let job: BlockingJob

        init(threads: BlockingThreads, job: BlockingJob) {
            self.threads = threads
            self.job = job
        }
    }
}
