public import SpeedPix
import Synchronization

/// What a run that goes on would find in its journal: nothing is written, and nothing may be sent.
public final class DryRunJournal: PredictionJournal {
    /// What creates have come to so far.
    public struct Counts: Sendable {
        /// Those that the journal has, with a result or one to come.
        public var reused = 0
        /// Those that the journal has and that failed, or were canceled, and would not be made again.
        public var failed = 0
        /// Those that would be sent, and paid for.
        public var new = 0
        /// Those whose outcome is unknown.
        public var inDoubt = 0
    }

    private struct State {
        var earlier: EarlierCreates
        var counts = Counts()
        var values: [String: JSONValue]
        var next: UInt64 = 0
    }

    private let records: RecordReader
    private let state: Mutex<State>

    init(_ earlier: EarlierCreates, values: [String: JSONValue], records: RecordReader) {
        self.records = records
        state = Mutex(State(earlier: earlier, values: values))
    }

    /// What creates have come to so far.
    public var counts: Counts { state.withLock { $0.counts } }

    /// True.
    public var identifiesCreates: Bool { true }
    /// True.
    public var isDryRun: Bool { true }

    /// - Throws: ``SpeedPixError`` `unknown_outcome` for a create that is in doubt.
    public func claim(_ create: JournaledCreate) async throws -> JournalClaim {
        let (found, key) = state.withLock { state -> (EarlierCreate?, JournalKey) in
            if let identity = create.identity,
                case .found(let found) = state.earlier.claim(position: create.position, digest: identity.digest)
            {
                if found.state == .inDoubt { state.counts.inDoubt += 1 }
                return (found, JournalKey(rawValue: 0))
            }
            state.counts.new += 1
            state.next += 1
            return (nil, JournalKey(rawValue: state.next))
        }
        guard let found else { return .new(key) }
        guard found.state != .inDoubt else {
            throw SpeedPixError(
                .unknownOutcome, "\(found.label ?? found.workflowID) is in doubt: nobody knows whether it was created",
                remedy: "settle it first: speedpix runs settle")
        }
        let prediction = try records.prediction(found.number)
        let hasFailed = prediction.status.isTerminal && prediction.status != .succeeded
        state.withLock { if hasFailed { $0.counts.failed += 1 } else { $0.counts.reused += 1 } }
        return .recorded(prediction)
    }

    /// Nothing is written.
    public func recordIntent(_ key: JournalKey) {}
    /// Nothing is written.
    public func withdrawIntent(_ key: JournalKey) {}
    /// Nothing is written.
    public func recordCreated(_ prediction: Prediction, _ key: JournalKey) {}
    /// Nothing is written.
    public func recordInDoubt(_ key: JournalKey, _ error: SpeedPixError) {}
    /// Nothing is written.
    public func recordNotMade(_ key: JournalKey) {}
    /// Nothing is written.
    public func recordEnded(_ prediction: Prediction, byCaller: Bool) {}
    /// What the run has kept, or this dry run.
    public func value(_ name: String) -> JSONValue? { state.withLock { $0.values[name] } }
    /// Kept for the dry run only.
    public func keep(_ value: JSONValue, _ name: String) { state.withLock { $0.values[name] = value } }
}
