import SpeedPixBatch
import Synchronization

/// Receives the events of a batch's rows, from any thread, folds them into its ``BatchState``, and passes each on.
final class BatchRecorder: Sendable {
    /// Receives an event after it was folded, with the time since the batch began.
    typealias Observer = @Sendable (RowEvent, Duration) -> Void

    /// Since the batch began.
    let elapsed: @Sendable () -> Duration
    private let observers: [Observer]
    private let folded: Mutex<BatchState>

    /// - Parameter total: How many rows the batch has, those that were done before among them.
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
            // Within the lock: the state's times do not go back.
            let now = elapsed()
            state.apply(event, at: now)
            return now
        }
        for observer in observers { observer(event, now) }
    }

    /// What the events of a batch go to besides its state.
    ///
    /// - Parameters:
    ///   - events: Nil without `--json`.
    ///   - report: Nil without `--report`.
    static func observers(
        _ mode: ProgressMode, events: EventStream?, report: BatchReport? = nil, in context: CommandContext
    ) -> [Observer] {
        var observers: [Observer] = []
        if let events { observers.append { event, _ in events.send(event) } }
        if let report { observers.append(report.note) }
        if mode == .plain {
            observers.append { event, time in
                if let line = BatchText.line(event, at: time) { context.say(line) }
            }
        }
        return observers
    }
}
