import NIOCore
import NIOPosix
import Synchronization

/// One sleep: it ends when its timer fires or when it is cancelled, whichever comes first, even if that is at once.
final class TimerWait: Sendable {
    private struct State {
        var continuation: CheckedContinuation<Void, any Error>?
        var timer: Scheduled<Void>?
        var isCancelled = false
    }

    private let state = Mutex(State())

    func begin(_ continuation: CheckedContinuation<Void, any Error>, delay: TimeAmount) {
        let isOver = state.withLock { state in
            guard !state.isCancelled else { return true }
            state.continuation = continuation
            return false
        }
        if isOver { return continuation.resume(throwing: CancellationError()) }
        let timer = MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: delay) { self.fire() }
        let isLate = state.withLock { state in
            if state.continuation != nil { state.timer = timer }
            return state.continuation == nil
        }
        if isLate { timer.cancel() }
    }

    private func fire() {
        state.withLock { state in
            state.timer = nil
            return state.continuation.take()
        }?.resume()
    }

    func cancel() {
        let (continuation, timer) = state.withLock { state in
            state.isCancelled = true
            return (state.continuation.take(), state.timer.take())
        }
        timer?.cancel()
        continuation?.resume(throwing: CancellationError())
    }
}
