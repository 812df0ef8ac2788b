package import SpeedPix

/// What a row's log says, up to one of its entries. A value: folds entries in, and says what may be appended next.
///
/// Entries are stored by create-if-absent of the next number, so that each is written by somebody who has folded all before it.
/// What ``refusal(of:by:)`` refuses is therefore in no log, and these hold after every entry:
///
/// 1. One take at most has the row: the newest, until it is released or the row has its result.
/// 2. Only the take that has the row appends an intent, a value, a release or the result. But a result that the log lacks and the results
///    have is appended by whoever opens the row once more.
/// 3. A row has one result a generation. After it nothing is intended before the row is opened again.
/// 4. A create is sent only after its intent is in the log; it has at most one try of which the outcome is unknown.
/// 5. There is no second intent for the position and digest of a create of another take whose outcome is unknown.
/// 6. What became of a create that was sent may be appended by anybody, at any time, also after the result. A prediction
///    that was named is never taken back: `created` goes before `withdrawn`, before doubt, and before a person's word.
package struct RowLogState: Sendable {
    /// The number of the last entry that is folded in; 0 before the first.
    package private(set) var number = 0
    /// 1, and one more each time that the row was opened again.
    package private(set) var generation = 1
    /// By their generations.
    package private(set) var results: [Int: JSONValue] = [:]
    /// The result of this generation; nil while the row has none.
    package var result: JSONValue? { results[generation] }
    /// How often the row was taken.
    package private(set) var epoch = 0
    /// The take that has the row; nil if nobody has it.
    package private(set) var holder: (take: String, worker: String)?
    /// How often the row was taken since it was last released or opened. All of these but the one that has it have vanished.
    package private(set) var takesWithoutEnd = 0
    /// How often it was given back since its try had failed, in this generation.
    package private(set) var failedTries = 0
    /// By the numbers of their intents, the oldest first.
    package private(set) var creates: [LoggedCreate] = []
    package private(set) var values: [String: JSONValue] = [:]
    private var newest: Int64 = 0
    private var byName: [String: Int] = [:]

    package init() {}

    private static let failurePrefix = "failed: "

    /// The reason of a release after a try that has failed, by which ``failedTries`` counts it.
    ///
    /// - Parameter code: Of the failure.
    package static func failure(_ code: String) -> String { failurePrefix + code }

    /// The create of this name.
    package func create(_ name: String) -> LoggedCreate? { byName[name].map { creates[$0] } }

    /// The create that a prediction belongs to.
    package func create(ofPrediction id: String) -> LoggedCreate? {
        creates.last { $0.predictionIDs.contains(id) }
    }

    // MARK: Folding

    /// Takes in the entry of the next number.
    package mutating func fold(_ entry: RowLogEntry) {
        number += 1
        for fact in entry.facts { fold(fact, entry.time) }
    }

    private mutating func fold(_ fact: RowLogFact, _ time: Double) {
        switch fact {
        case .taken(let worker, let take):
            epoch += 1
            takesWithoutEnd += 1
            holder = (take, worker)
        case .released(let reason):
            if reason.hasPrefix(Self.failurePrefix) { failedTries += 1 }
            holder = nil
            takesWithoutEnd = 0
        case .intent(let intent): add(intent, .open, time)
        case .withdrawn(let name): change(name) { if $0.isUnknown { $0.state = .withdrawn } }
        case .created(let name, let record, let intent):
            if let intent, byName[name] == nil { add(intent, .open, time) }
            change(name) { $0.note(record) }
        case .inDoubt(let name, _): change(name) { if $0.state == .open { $0.state = .inDoubt } }
        case .ended(let name, let state, let record):
            let (epoch, newest) = (epoch, newest)
            change(name) { $0.noteEnd(state, record, (epoch, newest)) }
        case .value(let name, let value): values[name] = value
        case .settled(let name, let predictionID):
            change(name) { create in
                guard create.isUnknown else { return }
                guard let predictionID else {
                    create.state = .settledNotCreated
                    return
                }
                create.note([
                    "id": .string(predictionID), "status": "waiting", "workflow": .string(create.intent.workflowID),
                ])
            }
        case .result(let generation, let result):
            results[generation] = result
            holder = nil
            takesWithoutEnd = 0
        case .again(let generation):
            self.generation = generation
            failedTries = 0
        }
    }

    private mutating func add(_ intent: LoggedIntent, _ state: LoggedCreate.State, _ time: Double) {
        newest += 1
        // A further try of a create that was withdrawn: it is the newest now.
        if let index = byName[intent.create] {
            creates.remove(at: index)
            for (name, other) in byName where other > index { byName[name] = other - 1 }
        }
        byName[intent.create] = creates.count
        creates.append(LoggedCreate(intent: intent, number: newest, epoch: epoch, time: time, state: state))
    }

    private mutating func change(_ name: String, _ body: (inout LoggedCreate) -> Void) {
        if let index = byName[name] { body(&creates[index]) }
    }

    // MARK: What may be appended

    /// Why something may not be appended.
    package enum Refusal: Error, Sendable, Equatable {
        /// Another has the row, or nobody has it any more.
        case lost
        /// The row has its result.
        case ended
        /// There is nothing to add: the log says this, or something more certain.
        case known
        /// The log knows no such create.
        case unknownCreate
        /// A create that is the same may have been made.
        case inDoubt
        /// Whoever has the row is at it.
        case running
    }

    /// Why an entry with these facts may not be appended next; nil if it may.
    ///
    /// - Parameter take: The writer's; nil for one who has not taken the row.
    package func refusal(of facts: [RowLogFact], by take: String?) -> Refusal? {
        var state = self
        for fact in facts {
            if let refusal = state.refusal(of: fact, by: take) { return refusal }
            state.fold(fact, 0)
        }
        return nil
    }

    package func refusal(of fact: RowLogFact, by take: String?) -> Refusal? {
        switch fact {
        case .taken: result == nil ? nil : .ended
        case .released, .value: refusalToOther(than: take)
        case .intent(let intent): refusalToOther(than: take) ?? refusal(of: intent)
        case .result(let generation, _):
            refusalToOther(than: take) ?? (generation == self.generation ? nil : .ended)
        case .withdrawn(let name): create(name).map { $0.isUnknown ? nil : .known } ?? .unknownCreate
        case .created(let name, let record, let intent): refusal(ofPrediction: record, for: name, intent)
        case .inDoubt(let name, _): create(name).map { $0.state == .open ? nil : .known } ?? .unknownCreate
        case .ended(let name, _, _): create(name).map { $0.state == .created ? nil : .known } ?? .unknownCreate
        case .settled(let name, _): refusalToSettle(name)
        case .again(let generation):
            result == nil ? .running : generation == self.generation + 1 ? nil : .known
        }
    }

    private func refusalToOther(than take: String?) -> Refusal? {
        if result != nil { return .ended }
        return take != nil && holder?.take == take ? nil : .lost
    }

    private func refusal(of intent: LoggedIntent) -> Refusal? {
        if let create = create(intent.create), create.state != .withdrawn { return .known }
        let isInDoubt = creates.contains { other in
            other.isUnknown && other.epoch != epoch && other.intent.position == intent.position
                && other.intent.digest == intent.digest
        }
        return isInDoubt ? .inDoubt : nil
    }

    private func refusal(ofPrediction record: JSONValue, for name: String, _ intent: LoggedIntent?) -> Refusal? {
        guard let create = create(name) else { return intent == nil ? .unknownCreate : nil }
        // A person's word has less in it than the service's answer, but names the same prediction.
        return record["id"]?.stringValue.map(create.predictionIDs.contains) == true ? .known : nil
    }

    private func refusalToSettle(_ name: String) -> Refusal? {
        guard let create = create(name) else { return .unknownCreate }
        guard create.isUnknown else { return .known }
        return create.state == .open && holder != nil && create.epoch == epoch ? .running : nil
    }
}

extension LoggedCreate {
    /// A prediction was named for it.
    fileprivate mutating func note(_ record: JSONValue) {
        if let id = record["id"]?.stringValue, !predictionIDs.contains(id) { predictionIDs.append(id) }
        // The end of one prediction is not undone by the name of another.
        if case .ended = state { return }
        state = .created
        self.record = record
    }

    fileprivate mutating func noteEnd(_ word: String, _ record: JSONValue, _ end: (epoch: Int, newest: Int64)) {
        guard state == .created else { return }
        state = .ended(word)
        self.record = record
        self.end = end
    }
}
