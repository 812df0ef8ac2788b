import LuaRuntime
import SpeedPix
import Synchronization

/// A run of a script that ends when it should: a script stops wherever it is, but a thread can be stuck in a file that does
/// not answer. Then the run is given up, and the command goes on without it.
struct BoundedRun {
    /// What `<close>` variables of a stopped script may take, and a moment to tell of it.
    static let grace = LuaLimits().closing + .milliseconds(500)
    /// What remains to be told after a run was given up may take as long; cancelling at the service takes ten seconds.
    static let aftermath: Duration = .seconds(12)

    let vm: LuaVM
    let timeout: Duration?
    let context: CommandContext

    /// Runs a chunk.
    ///
    /// - Parameter onStart: Gets what stops the run, for whoever has a reason.
    /// - Throws: As ``LuaVM/execute(_:arguments:timeout:clock:)``. What a script makes of a stream that gave up because the
    ///   end has begun counts for nothing: it ends as whatever asked for the end says.
    func execute(
        _ chunk: LuaChunk, arguments: [LuaValue] = [], onStart: (@escaping @Sendable () -> Void) -> Void = { _ in }
    ) async throws {
        let (vm, timeout, clock, end) = (vm, timeout, context.clock, context.end)
        end.limitTime(to: timeout)
        defer { end.endTimeLimit() }
        let run = Task { try await vm.execute(chunk, arguments: arguments, timeout: timeout, clock: clock) }
        onStart { run.cancel() }
        let ending = Ending()
        let cancelLimit = timeout.map { limit in
            end.after(limit + Self.grace) { ending.finish(nil) }
        }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                ending.wait(continuation)
                Task { ending.finish(await run.result) }
            }
        } onCancel: {
            run.cancel()
            let cancel = end.after(Self.grace) { ending.finish(nil) }
            ending.onFinish(cancel)
        }
        cancelLimit?()
        if result == nil { end.force(due.status(in: context), after: Self.aftermath) }
        switch result {
        case .success: return
        case .failure(let error as LuaError) where error.code == SpeedPixError.Code.timeout.rawValue && due == .timeout:
            throw error
        case .failure, nil:
            if let error = due.error { throw error }
            try result?.get()
        }
    }

    private var due: DueEnd {
        if context.end.timeLimitHasPassed { return .timeout }
        // A stream gives up a moment before the command hears of the signal.
        return Task.isCancelled || context.end.hasBegun ? .interrupted : .none
    }

    private enum DueEnd {
        case none, interrupted, timeout

        var error: (any Error)? {
            switch self {
            case .none: nil
            case .interrupted: CancellationError()
            case .timeout: LuaError.timedOut
            }
        }

        func status(in context: CommandContext) -> Int32 {
            guard self == .interrupted else { return ExitStatus.failure.rawValue }
            return 128 + (context.signal() ?? 2)
        }
    }

    /// Tells the first of two: the run has ended, or it is given up (nil).
    private final class Ending: Sendable {
        typealias Outcome = Result<Void, any Error>?

        private struct State {
            var isOver = false
            var outcome: Outcome = nil
            var continuation: CheckedContinuation<Outcome, Never>?
            var onFinish: (@Sendable () -> Void)?
        }

        private let state = Mutex(State())

        func wait(_ continuation: CheckedContinuation<Outcome, Never>) {
            let outcome = state.withLock { state -> Outcome? in
                if state.isOver { return .some(state.outcome) }
                state.continuation = continuation
                return nil
            }
            if let outcome { continuation.resume(returning: outcome) }
        }

        func finish(_ outcome: Outcome) {
            let (continuation, onFinish) = state.withLock { state in
                defer { (state.continuation, state.onFinish) = (nil, nil) }
                if !state.isOver { state.outcome = outcome }
                state.isOver = true
                return (state.continuation, state.onFinish)
            }
            onFinish?()
            continuation?.resume(returning: outcome)
        }

        /// Called when it is over.
        func onFinish(_ body: @escaping @Sendable () -> Void) {
            let isOver = state.withLock { state in
                if !state.isOver { state.onFinish = body }
                return state.isOver
            }
            if isOver { body() }
        }
    }
}

extension LuaError {
    /// As the VM says it, for a run that could not be stopped.
    fileprivate static let timedOut = LuaError(
        .runtime, "timeout: the script ran out of time",
        value: .table(["code": .string(SpeedPixError.Code.timeout.rawValue), "message": "the script ran out of time"]))
}
