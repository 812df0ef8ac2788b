package import SpeedPix

/// What a row's log says of one create.
package struct LoggedCreate: Sendable, Equatable {
    package enum State: Sendable, Equatable {
        /// Intended, and what became of it is not in the log.
        case open
        /// As open; somebody has written down that he does not know either.
        case inDoubt
        /// Its newest try had no effect.
        case withdrawn
        /// A person has said that it was not made.
        case settledNotCreated
        /// The service has it; its end is not in the log.
        case created
        /// The service's word, or `stopped`.
        case ended(String)
    }

    package var intent: LoggedIntent
    /// By which creates are ordered: the higher, the newer the intent.
    package var number: Int64
    /// The number of the take that has intended it.
    package var epoch: Int
    /// Of the intent, by its writer's clock.
    package var time: Double
    package var state: State
    /// As in the newest entry that has it; nil while no prediction is known.
    package var record: JSONValue?
    /// Of every prediction that was named for it. More than one only if a person's word was wrong, or a worker has sent what a
    /// person had called not created.
    package var predictionIDs: [String] = []
    /// The take that noticed its end, and the newest create of the log by then.
    package var end: (epoch: Int, newest: Int64)?

    /// Whether nobody knows what became of it.
    package var isUnknown: Bool { state == .open || state == .inDoubt }

    /// What ``EarlierCreates`` makes of it; nil for one that was surely not made.
    package var earlier: EarlierCreate? {
        let state: EarlierCreate.State? =
            switch state {
            case .open, .inDoubt: .inDoubt
            case .withdrawn, .settledNotCreated: nil
            case .created, .ended("succeeded"), .ended("canceled"): .made
            case .ended: .failed
            }
        return state.map { state in
            EarlierCreate(
                number: number, position: intent.position, digest: intent.digest, state: state,
                workflowID: intent.workflowID, label: intent.label, intended: time, attempt: epoch,
                end: end.map { ($0.epoch, $0.newest) })
        }
    }

    /// The prediction as the log has it.
    package var prediction: Prediction? {
        guard case .object(var members)? = record else { return nil }
        if members["input"] == nil, !intent.input.isEmpty { members["input"] = .object(intent.input) }
        return Prediction(record: .object(members))
    }

    package static func == (left: LoggedCreate, right: LoggedCreate) -> Bool {
        left.intent == right.intent && left.number == right.number && left.epoch == right.epoch
            && left.state == right.state && left.record == right.record && left.predictionIDs == right.predictionIDs
            && left.end?.epoch == right.end?.epoch && left.end?.newest == right.end?.newest
    }
}
