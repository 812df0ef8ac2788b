import SpeedPixLua
import Synchronization

/// Receives the events of a run, from any thread, folds them into its ``RunState``, and passes each on with what it changed.
final class RunRecorder: Sendable {
    /// Receives an event after it was folded, with what it changed and the time since the run began.
    typealias Observer = @Sendable (ScriptEvent, RunState.Change?, Duration) -> Void

    /// Since the run began.
    let elapsed: @Sendable () -> Duration
    private let observers: [Observer]
    private let folded: Mutex<RunState>

    init(clock: any Clock<Duration>, keepsHistory: Bool = false, observers: [Observer] = []) {
        elapsed = clock.stopwatch()
        self.observers = observers
        folded = Mutex(RunState(keepsHistory: keepsHistory))
    }

    /// What has happened so far.
    var state: RunState { folded.withLock { $0 } }

    /// Reads a part of it without a copy of the whole.
    func withState<Result>(_ body: (RunState) -> Result) -> Result { folded.withLock { body($0) } }

    @Sendable func note(_ event: ScriptEvent) {
        let now = elapsed()
        let change = folded.withLock { $0.apply(event, at: now) }
        for observer in observers { observer(event, change, now) }
    }
}
