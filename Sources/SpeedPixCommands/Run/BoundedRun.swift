import LuaRuntime
import SpeedPix
import Synchronization

/// A run of a script that ends in bounded time. A script can be stopped wherever it is, but a thread may be blocked in a file
/// system that does not answer. Such a run is abandoned, and the command goes on without it.
struct BoundedRun {
    /// How long `<close>` variables of a stopped script may take, and half a second to report it.
    static let grace = LuaLimits().closing + .milliseconds(500)
    /// How long reporting may take after a run was abandoned. What is waited for is canceled first and the rest after that, each
    /// within its limit; two seconds are for the report itself.
    static let reportingTime: Duration = Predictions.cancelLimit * 2 + .seconds(2)

    let vm: LuaVM
    let timeout: Duration?
    let context: CommandContext
    /// Stops the run when there is an error, also if the script handles it: nothing more is paid for whose output is lost.
    var outputFailure: OutputFailure?

    /// Runs a chunk.
    ///
    /// - Throws: As ``LuaVM/execute(_:arguments:timeout:clock:)``. Once the end of the process was
    ///   asked for, writes fail because of that; then the error is that of the interruption or of the time limit, whatever
    ///   error the script has made of a write.
    func execute(_ chunk: LuaChunk, arguments: [LuaValue] = []) async throws {
        let (vm, timeout, clock, end) = (vm, timeout, context.clock, context.end)
        let first = FirstOutcome()
        // Beside the limit that the VM has: that one stops the script, this one also ends waiting for a blocked thread.
        end.limitTime(to: timeout, grace: Self.grace) { first.finish(nil) }
        defer { end.endTimeLimit() }
        let run = Task { try await vm.execute(chunk, arguments: arguments, timeout: timeout, clock: clock) }
        outputFailure?.onFailure { run.cancel() }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                first.wait(continuation)
                Task { first.finish(await run.result) }
            }
        } onCancel: {
            run.cancel()
            let cancel = end.after(Self.grace) { first.finish(nil) }
            first.onFinish(cancel)
        }
        if result == nil { end.force(endReason.status(in: context), after: Self.reportingTime) }
        switch result {
        case .success: return
        case .failure(let error as LuaError)
        where error.code == SpeedPixError.Code.timeout.rawValue && endReason == .timeout:
            throw error
        case .failure, nil:
            if let error = endReason.error { throw error }
            try result?.get()
        }
    }

    private var endReason: EndReason {
        if context.end.timeLimitHasPassed { return .timeout }
        return context.end.isInterruptingCaller ? .interrupted : .none
    }

    private enum EndReason {
        case none, interrupted, timeout

        var error: (any Error)? {
            switch self {
            case .none: nil
            case .interrupted: CancellationError()
            case .timeout: LuaError.timedOut
            }
        }

        func status(in context: CommandContext) -> Int32 {
            let status = self == .interrupted ? ExitStatus.interrupted : .failure
            return status.processStatus(signal: context.signal())
        }
    }

    /// Keeps the first of two outcomes: the run has ended, or it was abandoned (nil).
    private final class FirstOutcome: Sendable {
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
