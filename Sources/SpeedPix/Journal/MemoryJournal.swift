import Synchronization

/// A journal that lasts as long as the process: what has been created and has not ended, and what is in doubt. The default of
/// a client.
///
/// It looks for nothing of attempts before, since there are none.
public final class MemoryJournal: PredictionJournal {
    /// A create whose outcome is unknown.
    public struct Doubt: Sendable {
        /// The workflow's id.
        public let workflowID: String
        /// What the caller called it.
        public let label: String?
        /// Why it is unknown.
        public let error: SpeedPixError
    }

    private struct State {
        var next: UInt64 = 0
        /// Until their outcome is known.
        var creates: [JournalKey: JournaledCreate] = [:]
        var unfinished: [String: (number: UInt64, prediction: Prediction)] = [:]
        var doubts: [Doubt] = []
        var values: [String: JSONValue] = [:]

        /// A tenth at once, so that it is seldom done.
        mutating func forgetOldest(over limit: Int) {
            guard unfinished.count > limit else { return }
            let eldest = unfinished.sorted { $0.value.number < $1.value.number }
            for entry in eldest.prefix(unfinished.count - limit + limit / 10) { unfinished[entry.key] = nil }
        }
    }

    private let limit: Int
    private let state = Mutex(State())

    /// - Parameter limit: Predictions, and doubts, that it keeps at most, the newest. A program that never waits for what it
    ///   creates would fill the memory with them.
    public init(limit: Int = 10_000) {
        self.limit = max(limit, 1)
    }

    /// Predictions that were created and whose end is not known, in the order of their creates.
    public var unfinished: [Prediction] {
        state.withLock { $0.unfinished.values.sorted { $0.number < $1.number }.map(\.prediction) }
    }

    /// Creates whose outcome is unknown, in the order in which they failed.
    public var doubts: [Doubt] { state.withLock { $0.doubts } }

    /// False: there are no attempts before.
    public var identifiesCreates: Bool { false }

    /// Always new.
    public func claim(_ create: JournaledCreate) -> JournalClaim {
        state.withLock { state in
            state.next += 1
            let key = JournalKey(rawValue: state.next)
            state.creates[key] = create
            return .new(key)
        }
    }

    /// Does nothing: an intent is for the time after the process has ended, and this journal does not last so long.
    public func recordIntent(_ key: JournalKey) {}

    /// Nothing to do, as for the intent.
    public func withdrawIntent(_ key: JournalKey) {}

    /// Keeps the prediction until its end.
    public func recordCreated(_ prediction: Prediction, _ key: JournalKey) {
        state.withLock { state in
            state.creates[key] = nil
            state.unfinished[prediction.id] = (key.rawValue, prediction)
            state.forgetOldest(over: limit)
        }
    }

    /// Keeps the doubt.
    public func recordInDoubt(_ key: JournalKey, _ error: SpeedPixError) {
        state.withLock { state in
            guard let create = state.creates.removeValue(forKey: key) else { return }
            state.doubts.append(Doubt(workflowID: create.workflowID, label: create.label, error: error))
            if state.doubts.count > limit { state.doubts.removeFirst(state.doubts.count - limit) }
        }
    }

    /// Lets go of the create.
    public func recordNotMade(_ key: JournalKey) {
        state.withLock { _ = $0.creates.removeValue(forKey: key) }
    }

    /// Lets go of the prediction.
    public func recordEnded(_ prediction: Prediction, byCaller: Bool) {
        state.withLock { _ = $0.unfinished.removeValue(forKey: prediction.id) }
    }

    /// What was kept under the name.
    public func value(_ name: String) -> JSONValue? { state.withLock { $0.values[name] } }

    /// Keeps it as long as the process lives.
    public func keep(_ value: JSONValue, _ name: String) { state.withLock { $0.values[name] = value } }
}
