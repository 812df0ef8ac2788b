package import SpeedPix

extension SpeedPixError.Code {
    /// Another worker has the row now, or the row has ended: this one pays for nothing more of it, and has no result.
    package static let rowLost = SpeedPixError.Code(rawValue: "row_lost")
    /// The row's script has asked for something else at the same place than in an attempt before.
    package static let notDeterministic = SpeedPixError.Code(rawValue: "not_deterministic")
    /// The row's log in the queue has an entry that is damaged, or of another version. What it says is not known, so that nothing may
    /// be paid for.
    package static let rowLogUnreadable = SpeedPixError.Code(rawValue: "row_log_unreadable")
}

// The row as a whole: who has it, and how it ended.
extension RowLog {
    /// What came of the wish to have the row.
    package enum Taking: Sendable {
        /// The row is this writer's.
        case taken
        /// It is this writer's, and workers have vanished with it so often that it must not be tried again: it fails with
        /// `worker_lost`.
        case takenTooOften
        /// The row has this result in this generation already. It belongs in the results, if it is not there; nothing else is
        /// left to do.
        case ended(JSONValue)
    }

    /// What became of the wish to end the row.
    package struct Ending: Sendable {
        /// The row's result: what others have appended, if they were first.
        package var result: JSONValue
        /// Whether it is what this call has given.
        package var isOwn: Bool
    }

    /// The most that a result may have, in bytes of its JSON: it goes into one message, here and in the results.
    package static let largestResult = 700 << 10

    /// Takes the row, unless it has a result. To be called once, before anything else is appended.
    ///
    /// - Parameter generation: Of the message that handed the row out.
    /// - Throws: ``SpeedPixError`` `journal_failed`, retryable if the log does not show yet that the row was opened again.
    package func take(generation: Int) async throws -> Taking {
        let (take, worker) = (settings.token(), settings.worker)
        begin(take, generation: generation)
        // Of a row that is handed out for the first time nothing is read: the append fails if there is something to read.
        if generation > 1 { try await refresh() }
        try await append { state in
            guard state.result == nil, generation == state.generation, state.holder?.take != take else { return [] }
            return [.taken(worker: worker, take: take)]
        }
        let state = state
        if let result = state.results[generation] { return .ended(result) }
        guard generation == state.generation else {
            throw SpeedPixError(
                .journalFailed, "the row's log does not show yet that the row was opened again", isRetryable: true)
        }
        return state.takesWithoutEnd > settings.mostTakes ? .takenTooOften : .taken
    }

    /// Ends the row with a result. What was noted before goes with it.
    ///
    /// - Throws: ``SpeedPixError``: `row_lost` if another has the row, so that there is no result yet; `invalid_argument` for
    ///   a result over ``largestResult``; `journal_failed`.
    package func finish(_ result: JSONValue) async throws -> Ending {
        let result = result.withoutSignatures
        let size = RowLogRecord.size(result)
        guard size <= Self.largestResult else {
            throw SpeedPixError(
                .invalidArgument, "the row's result has \(size) bytes; at most \(Self.largestResult) fit",
                remedy: "save what is large into a file, and return its path")
        }
        // The row may have been opened again, and ended again, since another has ended it in this generation.
        let (take, generation) = (take, generation)
        let began = try await append { state in
            if state.results[generation] != nil { return [] }
            let fact = RowLogFact.result(generation: generation, result: result)
            if state.refusal(of: fact, by: take) != nil { throw Self.lost(state) }
            return [fact]
        }
        guard let decided = state.results[generation] else { throw Self.lost(state) }
        return Ending(result: decided, isOwn: began != nil)
    }

    /// Gives the row back, to be done again. Nothing happens if it is not this writer's any more.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed`.
    package func release(reason: String) async throws {
        let (take, fact) = (take, RowLogFact.released(reason: reason.withoutSignatures))
        try await append { $0.refusal(of: fact, by: take) == nil ? [fact] : [] }
    }

    static func lost(_ state: RowLogState) -> SpeedPixError {
        SpeedPixError(
            .rowLost,
            state.result != nil
                ? "the row has its result already"
                : state.holder.map { "the worker \($0.worker) has the row now" } ?? "the row was given back")
    }

    // MARK: For people

    /// Opens a row that has ended once more. Once for each generation, however often it is called.
    ///
    /// - Parameters:
    ///   - generation: That of the result which is not the last word: the row is to be handed out with the next.
    ///   - results: What the results have of the row, by generations: what the log lacks of it is appended first. It has lost it, or it
    ///     could not be read when the row ended.
    /// - Throws: ``SpeedPixError``: `invalid_argument` if neither has a result of this generation; `journal_failed`.
    package func openAgain(after generation: Int, results: [Int: JSONValue] = [:]) async throws {
        try await refresh()
        try await append { state in
            var facts: [RowLogFact] = []
            for ended in stride(from: state.generation, through: generation, by: 1) {
                if state.results[ended] == nil {
                    guard let result = results[ended] else {
                        throw SpeedPixError(.invalidArgument, "the row has not ended: it is still to be done")
                    }
                    facts.append(.result(generation: ended, result: result.withoutSignatures))
                }
                facts.append(.again(generation: ended + 1))
            }
            return facts
        }
    }

    /// A person's word on a create in doubt.
    ///
    /// - Parameter predictionID: Nil if it was not made.
    /// - Throws: ``SpeedPixError``: `invalid_argument` if there is no such doubt; `journal_failed`.
    package func settle(position: String, predictionID: String?) async throws {
        try await refresh()
        try await append { state in
            let creates = state.creates.filter { $0.intent.position?.rawValue == position }
            guard let create = creates.last(where: \.isUnknown) else {
                throw SpeedPixError(
                    .invalidArgument,
                    creates.isEmpty
                        ? "the row has no create \"\(position)\"" : "the create \"\(position)\" is not in doubt")
            }
            if let predictionID, let other = state.create(ofPrediction: predictionID) {
                throw SpeedPixError(
                    .invalidArgument,
                    "\(predictionID) is the prediction of \"\(other.intent.position?.rawValue ?? "?")\" already",
                    remedy: "look in the console for another one")
            }
            let fact = RowLogFact.settled(create: create.intent.create, predictionID: predictionID)
            guard state.refusal(of: fact, by: nil) == nil else {
                throw SpeedPixError(
                    .invalidArgument, "a worker is at the create \"\(position)\": it may still say what became of it",
                    remedy: "wait until the row has ended")
            }
            return [fact]
        }
    }

    // MARK: At a worker's start

    /// Appends a prediction that a worker's own journal has, if the log lacks it: the worker has ended between the service's answer
    /// and the append.
    ///
    /// Waits while the log cannot be reached.
    ///
    /// - Returns: Whether the log lacked it.
    /// - Throws: ``SpeedPixError`` `journal_failed` if the log cannot be read, or takes nothing: the worker's own journal still has
    ///   the prediction.
    @discardableResult
    package func recover(_ intent: LoggedIntent, _ prediction: Prediction) async throws -> Bool {
        var intent = intent
        // As of an intent that is logged before its create.
        let input = JSONValue.object(intent.input).withoutSignatures
        intent.input = RowLogRecord.size(input) > RowLogRecord.largestInput ? [:] : input.objectValue ?? [:]
        let record = RowLogRecord.bounded(prediction, repeating: intent)
        let began = try await append { [intent] state in
            let isKnown = state.create(intent.create) != nil
            let fact = RowLogFact.created(create: intent.create, record: record, intent: isKnown ? nil : intent)
            return state.refusal(of: fact, by: nil) == nil ? [fact] : []
        }
        return began != nil
    }
}
