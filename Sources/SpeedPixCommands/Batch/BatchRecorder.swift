import SpeedPixBatch
import Synchronization

/// Receives what becomes of a batch's rows, from any thread, folds it into its ``BatchState``, and passes it on.
final class BatchRecorder: Sendable {
    /// Receives an event after it was folded, with the time since the batch began.
    typealias Observer = @Sendable (RowEvent, Duration) -> Void

    /// Since the batch began.
    let elapsed: @Sendable () -> Duration
    private let observers: [Observer]
    private let folded: Mutex<BatchState>

    init(total: Int, clock: any Clock<Duration>, observers: [Observer] = []) {
        elapsed = clock.stopwatch()
        self.observers = observers
        folded = Mutex(BatchState(total: total))
    }

    /// What has happened so far.
    var state: BatchState { folded.withLock { $0 } }

    /// Reads a part of it without a copy of the whole.
    func withState<Result>(_ body: (BatchState) -> Result) -> Result { folded.withLock { body($0) } }

    @Sendable func note(_ event: RowEvent) {
        let now = folded.withLock { state in
            // Within the lock: a state's times never go back.
            let now = elapsed()
            state.apply(event, at: now)
            return now
        }
        for observer in observers { observer(event, now) }
    }
}
