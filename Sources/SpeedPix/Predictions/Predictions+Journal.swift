// Records in the client's journal what becomes of predictions. What has happened is not undone by a journal that cannot write:
// such an error is logged, unless a function's name ends in OrThrow.
extension Predictions {
    /// Asks the journal about a create, before its files are uploaded.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed`, `unknown_outcome`, or of a file that cannot be read; nothing was sent.
    func claim(
        _ workflowID: String, input: [String: InputValue], options: CreateOptions
    ) async throws -> JournalClaim {
        let journal = caller.dependencies.journal
        var create = JournaledCreate(
            position: options.position, workflowID: workflowID, label: options.label,
            input: input.mapValues(\.described))
        if journal.identifiesCreates {
            let identification = CreateIdentification(files: files, outputs: caller.outputs)
            // First: it finds outputs of attempts before.
            create.identity = try await identification.identity(of: workflowID, options, input)
            create.sources = identification.sources(in: input)
        }
        do {
            let claim = try await journal.claim(create)
            guard case .recorded(var prediction) = claim else { return claim }
            prediction.isReused = true
            caller.outputs.note(prediction, now: caller.dependencies.now())
            return .recorded(prediction)
        } catch let error as CancellationError {
            throw error
        } catch {
            throw CreateIntent.failure(error, consequence: "nothing was sent")
        }
    }

    /// Does something for a create before it is sent; if that fails, the create is recorded as not made.
    ///
    /// - Throws: What `body` throws.
    func recordingNotMadeOnFailure<Result>(
        _ key: JournalKey, _ body: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await body()
        } catch {
            await recordOrLog { try await $0.recordNotMade(key) }
            throw error
        }
    }

    /// Records a create that was sent and has brought no prediction, as its error says: in doubt with `unknown_outcome`, else
    /// not made (``ServiceCaller/call(_:_:headers:intent:limit:)``).
    func recordCreateFailed(_ error: any Error, _ key: JournalKey) async {
        if let error = error as? SpeedPixError, error.code == .unknownOutcome {
            await recordOrLog { try await $0.recordInDoubt(key, error) }
        } else {
            await recordOrLog { try await $0.recordNotMade(key) }
        }
    }

    /// Writes down the id of what was created. A journal does so whatever becomes of the calling task.
    ///
    /// - Throws: ``SpeedPixError`` `journal_failed` with the prediction.
    func recordCreatedOrThrow(_ prediction: Prediction, _ key: JournalKey) async throws {
        let journal = caller.dependencies.journal
        do {
            try await journal.recordCreated(prediction, key)
        } catch {
            throw CreateIntent.failure(
                error, consequence: "the prediction \(prediction.id) was created, and goes on", prediction: prediction)
        }
    }

    /// Writes down an end that was noticed. One that cannot be written is not a reason to lose a result: the next attempt asks
    /// the service again.
    ///
    /// - Parameter byCaller: Whether the caller asked for its cancellation.
    @inline(never)  // TaskFrames.swift
    func recordEnd(of prediction: Prediction, byCaller: Bool = false) async {
        guard prediction.status.isTerminal else { return }
        if caller.dependencies.journal.identifiesCreates {
            caller.outputs.note(prediction, now: caller.dependencies.now())
        }
        await recordOrLog { try await $0.recordEnded(prediction, byCaller: byCaller) }
    }

    /// Records something that has happened in the journal. An error of the journal's is logged.
    func recordOrLog(_ body: (any PredictionJournal) async throws -> Void) async {
        do {
            try await body(caller.dependencies.journal)
        } catch {
            let reason = "\(error)".withoutSignatures
            caller.logger.warning("the journal could not be written", metadata: ["reason": "\(reason)"])
        }
    }
}

extension InputValue {
    /// For people: files stand by their names.
    var described: JSONValue {
        switch self {
        case .json(let value): value
        case .array(let values): .array(values.map(\.described))
        case .object(let members): .object(members.mapValues(\.described))
        case .file(.path(let path)): .string(path)
        case .file(.bytes(_, let name)), .file(.stream(_, let name)): .string(name)
        case .file(.dataURI): .string("data:…")
        case .uploaded(let file): .string(file.filename)
        case .custom(let file): .string(file.name)
        }
    }
}
