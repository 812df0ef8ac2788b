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
    /// Whether the command ends with it: then an abandoned run ends the process, whatever thread is blocked. A batch goes on with
    /// its other rows.
    var isWholeCommand = true
    /// Stops the run when there is an error, also if the script handles it: nothing more is paid for whose output is lost.
    var outputFailure: OutputFailure?

    /// Runs a chunk.
    ///
    /// - Throws: As ``LuaVM/execute(_:arguments:timeout:clock:)``. Once the end of the process was
    ///   asked for, writes fail because of that; then the error is that of the interruption or of the time limit, whatever
    ///   error the script has made of a write.
    func execute(_ chunk: LuaChunk, arguments: [LuaValue] = []) async throws {
        _ = try await bounded { [vm, timeout, clock = context.clock] in
            try await vm.execute(chunk, arguments: arguments, timeout: timeout, clock: clock)
            return []
        }
    }

    /// Like ``execute(_:arguments:)``, with what the chunk returns.
    func run(_ chunk: LuaChunk) async throws -> [LuaValue] {
        try await bounded { [vm, timeout, clock = context.clock] in
            try await vm.run(chunk, timeout: timeout, clock: clock)
        }
    }

    private func bounded(_ body: @escaping @Sendable () async throws -> [LuaValue]) async throws -> [LuaValue] {
        let end = context.end
        let first = FirstOutcome()
        // Beside the limit that the VM has: that one stops the script, this one also ends waiting for a blocked thread.
        let endTimeLimit = limitTime { first.finish(nil) }
        defer { endTimeLimit() }
        let run = Task { try await body() }
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
        let reason = endReason(isAbandoned: result == nil)
        if result == nil {
            if isWholeCommand {
                end.force(reason.status(in: context), after: Self.reportingTime)
            } else {
                end.noteBlockedThread()
            }
        }
        switch result {
        case .success(let values): return values
        case .failure(let error as LuaError)
        where error.code == SpeedPixError.Code.timeout.rawValue && reason == .timeout:
            throw error
        case .failure, nil:
            if let error = reason.error { throw error }
            return try result?.get() ?? []
        }
    }

    /// Abandons the run once the time limit and the grace have passed.
    ///
    /// - Returns: What to call when the run has ended.
    private func limitTime(_ abandon: @escaping @Sendable () -> Void) -> @Sendable () -> Void {
        let end = context.end
        guard !isWholeCommand else {
            end.limitTime(to: timeout, grace: Self.grace, abandon: abandon)
            return { end.endTimeLimit() }
        }
        guard let timeout else { return {} }
        return end.after(timeout + Self.grace, abandon)
    }

    private func endReason(isAbandoned: Bool) -> EndReason {
        if isWholeCommand, context.end.timeLimitHasPassed { return .timeout }
        if context.end.isInterruptingCaller { return .interrupted }
        return isAbandoned ? .timeout : .none
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
        typealias Outcome = Result<[LuaValue], any Error>?

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
