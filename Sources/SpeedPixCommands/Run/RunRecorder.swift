import SpeedPix
import SpeedPixLua
import Synchronization

/// Hears everything that a run does, from any thread, and tells whoever wants to know.
final class RunRecorder: Sendable {
    private struct State {
        var ledger = RunLedger()
        /// Of creates that are about to be told of.
        var options: [String: CreateOptions] = [:]
    }

    /// Since the run began.
    let elapsed: @Sendable () -> Duration
    private let events: EventStream?
    private let book: ReportBook?
    /// Hears each change of a prediction.
    private let onChange: @Sendable (RunLedger.Change, Duration) -> Void
    private let state = Mutex(State())

    init(
        clock: any Clock<Duration>, events: EventStream? = nil, book: ReportBook? = nil,
        onChange: @escaping @Sendable (RunLedger.Change, Duration) -> Void = { _, _ in }
    ) {
        elapsed = clock.stopwatch()
        self.events = events
        self.book = book
        self.onChange = onChange
    }

    /// Looks at what has happened so far.
    func withLedger<Result>(_ body: (RunLedger) -> Result) -> Result {
        state.withLock { body($0.ledger) }
    }

    func note(_ event: ScriptEvent) {
        let now = elapsed()
        let (change, options) = state.withLock { state -> (RunLedger.Change?, CreateOptions?) in
            var options: CreateOptions?
            switch event {
            case .accepted(let id, let given): state.options[id] = given
            case .created(let prediction): options = state.options.removeValue(forKey: prediction.id)
            default: break
            }
            return (state.ledger.apply(event, at: now), options)
        }
        events?.send(event, options: options)
        book?.note(event, options: options, at: now)
        if let change { onChange(change, now) }
    }
}
