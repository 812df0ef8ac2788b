import NATS
import SpeedPix
import SpeedPixBatch
import SpeedPixQueue

// Which batches there are, and whether their rows may begin.
extension WorkerRunner {
    func watchBatches() async {
        while !Task.isCancelled {
            do {
                try await QueueSetup.checkExists(access.jetStream)
                let manifests = access.jetStream.messages(
                    in: QueueStream.batches.name, filter: QueueSubject.manifests)
                for try await message in manifests {
                    guard let name = QueueSubject.batch(ofManifest: message.subject) else { continue }
                    noteManifest(message.payload, of: name)
                }
            } catch is CancellationError {
                return
            } catch let error as QueueError where error.code == .notFound {
                // No batch was ever begun.
            } catch let error as NATSError where error.isTransient || error.code == .noResponders {
                // Taken up again by itself.
            } catch {
                return fail(error)
            }
            try? await context.clock.sleep(for: Self.standingInterval)
        }
    }

    private func noteManifest(_ payload: [UInt8], of name: BatchName) {
        guard plan.batches?.contains(name) ?? true else { return }
        let digest = QueuePieces.digest(payload)
        guard state.withLock({ $0.left[name] != digest }) else { return }
        let manifest: BatchManifest
        do {
            manifest = try BatchManifest(parsing: payload, of: name)
        } catch {
            return leave(name, digest, "\(error)")
        }
        if let refusal = plan.refusal(of: manifest) {
            return leave(name, digest, "its rows are left to others, since \(refusal)")
        }
        let waiting = state.withLock { state -> Task<Void, Never>? in
            guard state.known[name] != manifest else { return nil }
            // A batch was taken away, and another one has its name.
            if state.known[name] != nil { state.forget(name) }
            state.known[name] = manifest
            state.left[name] = nil
            return state.add(name)
        }
        waiting?.cancel()
    }

    /// - Parameter manifest: Of the batch that is meant, if another one may have its name by now.
    private func leave(_ name: BatchName, _ digest: String, _ words: String, onlyIf manifest: BatchManifest? = nil) {
        let isLeft = state.withLock { state in
            if let manifest, state.known[name] != manifest { return false }
            state.forget(name)
            state.left[name] = digest
            return true
        }
        guard isLeft else { return }
        context.say("batch \(name): \(words)".printable())
    }

    // MARK: Which have rows

    /// Which batches have rows that wait or run, looked at from time to time: those without any are forgotten, and taken up again once
    /// they have some. One request, however many batches there were.
    func watchRows() async {
        var problem = LastingProblem()
        while (try? await context.clock.sleep(for: Self.standingInterval)) != nil {
            do {
                let subjects = try await access.jetStream.subjects(
                    in: QueueStream.rows.name, filter: QueueSubject.allWaitingRows)
                try await note(withRows: Set(subjects.keys.compactMap(QueueSubject.batch(ofWaitingRows:))))
                if problem.ends() { context.say("which batches have rows can be read again") }
            } catch is CancellationError {
                return
            } catch let error as NATSError where error.code == .notFound {
                // No batch was ever begun.
            } catch let error as NATSError where error.isTransient || error.code == .noResponders {
                // It is looked again.
            } catch {
                // What asks for rows ends the worker then.
                if (error as? NATSError)?.code == .closed { return }
                if problem.begins(error) {
                    context.say("which batches have rows cannot be read, and is tried again: \(error)".printable())
                }
            }
        }
    }

    private func note(withRows names: Set<BatchName>) async throws {
        let (unused, unknown, waiting) = state.withLock { state -> ([BatchName], [BatchName], Task<Void, Never>?) in
            let resting = Set(state.rotation.removeResting(withRows: names, at: elapsed()))
            let asked = Set(state.rotation.names)
            let unused = state.known.keys.filter { name in
                resting.contains(name) || !asked.contains(name) && !names.contains(name)
            }
            let unknown = names.filter { state.known[$0] == nil && state.left[$0] == nil }
            // It was at rest while this worker still had rows of it, or waited for some.
            let again = names.filter { state.batches[$0] != nil && state.closed[$0] == nil && !asked.contains($0) }
            return (unused, Array(unknown), again.map { state.add($0) }.last ?? nil)
        }
        waiting?.cancel()
        for name in unused { await forget(name) }
        for name in unknown where plan.batches?.contains(name) ?? true {
            let place = QueueSubject(name).manifest
            guard let message = try await access.jetStream.message(in: QueueStream.batches.name, last: place) else {
                continue
            }
            noteManifest(message.payload, of: name)
        }
    }

    /// Unless this worker still has rows of it: then it is tried again.
    private func forget(_ name: BatchName) async {
        guard let batch = state.withLock({ $0.batches[name] }) else {
            return state.withLock { $0.forget(name) }
        }
        guard batch.queue.closeIfIdle() else { return }
        state.withLock { state in
            // Another one may have the name by now.
            if state.batches[name] === batch { state.forget(name) }
        }
        context.say("batch \(name): no rows are left")
        await batch.journal.end()
    }

    // MARK: Whether they may begin

    /// One after the other: at a terminal each may be a question.
    func openBatches() async {
        for await name in opening.stream {
            // One that was asked for twice is open already.
            guard let manifest = state.withLock({ $0.batches[name] == nil ? $0.known[name] : nil }) else { continue }
            do {
                let reader = BatchReader(name, access)
                if try await reader.isCancelled() {
                    leave(
                        name, QueuePieces.digest(try manifest.encoded()), Self.noRowBegins("cancelled"),
                        onlyIf: manifest)
                    continue
                }
                guard await trust.allows(manifest.script, of: name) else { continue }
                let file = try await scripts.fetch(manifest, name, from: access.writeOnce(.batches))
                let host = try plan.makeHost(manifest, file.directory)
                events?.start(host)
                let batch = try await WorkerBatch(name, manifest, file, host: host, shared)
                let stop = try await reader.stop()
                guard add(batch, isStopped: stop != nil) else { continue }
                context.say("batch \(name): taking rows of \(manifest.script.name)".printable())
                if let stop { close(batch, stop.reason.sentence) }
            } catch is CancellationError {
                return
            } catch {
                let message = RunEnd(error, script: nil, in: context).message ?? "\(error)"
                context.say("batch \(name): its rows are left to others: \(message)".printable())
            }
        }
    }

    /// - Returns: False for a batch that was forgotten while it was opened, or taken away: it is opened anew once it has rows.
    private func add(_ batch: WorkerBatch, isStopped: Bool) -> Bool {
        let (isNew, waiting) = state.withLock { state -> (Bool, Task<Void, Never>?) in
            guard state.known[batch.name] == batch.manifest, state.batches[batch.name] == nil else {
                return (false, nil)
            }
            state.batches[batch.name] = batch
            return (true, isStopped ? nil : state.add(batch.name))
        }
        waiting?.cancel()
        return isNew
    }

    /// Whether rows of batches may begin, looked at from time to time.
    func watchStandings() async {
        var problems: [BatchName: LastingProblem] = [:]
        while (try? await context.clock.sleep(for: Self.standingInterval)) != nil {
            let batches = state.withLock { $0.batches }
            problems = problems.filter { batches[$0.key] != nil }
            for batch in batches.values {
                do {
                    let now = context.now().timeIntervalSince1970
                    if let stop = batch.ownStop(now: now) { try await announce(stop, of: batch) }
                    if try await batch.reader.isCancelled() {
                        close(batch, "cancelled")
                        try await leave(cancelled: batch)
                    } else if let stop = try await batch.reader.stop() {
                        close(batch, stop.reason.sentence)
                    } else {
                        reopen(batch)
                    }
                    if problems[batch.name]?.ends() == true {
                        context.say("batch \(batch.name): whether its rows may begin can be read again")
                    }
                } catch is CancellationError {
                    return
                } catch {
                    // What asks for rows ends the worker then.
                    if (error as? NATSError)?.code == .closed { return }
                    guard problems[batch.name, default: LastingProblem()].begins(error) else { continue }
                    context.say(
                        "batch \(batch.name): whether its rows may begin cannot be read, and is tried again: \(error)"
                            .printable())
                }
            }
        }
    }

    /// Forgets a batch for good, once none of its rows runs here any more.
    private func leave(cancelled batch: WorkerBatch) async throws {
        guard batch.queue.closeIfIdle() else { return }
        let digest = QueuePieces.digest(try batch.manifest.encoded())
        state.withLock { state in
            guard state.batches[batch.name] === batch else { return }
            state.forget(batch.name)
            state.left[batch.name] = digest
        }
        shared.budgets.remove(batch.name)
        await batch.journal.end()
    }

    func announce(_ stop: BatchStop, of batch: WorkerBatch) async throws {
        if let stop = QueueStop(stop, worker: plan.name) { try await batch.reader.announce(stop) }
    }

    func close(_ batch: WorkerBatch, _ reason: String) {
        let isNew = state.withLock { state in
            guard state.batches[batch.name] === batch else { return false }
            state.rotation.remove(batch.name)
            return state.closed.updateValue(reason, forKey: batch.name) == nil
        }
        if isNew { context.say("batch \(batch.name): \(Self.noRowBegins(reason))".printable()) }
    }

    private static func noRowBegins(_ reason: String) -> String { "no row begins: \(reason)" }

    private func reopen(_ batch: WorkerBatch) {
        let (isNew, waiting) = state.withLock { state -> (Bool, Task<Void, Never>?) in
            guard state.batches[batch.name] === batch, state.closed.removeValue(forKey: batch.name) != nil else {
                return (false, nil)
            }
            return (true, state.add(batch.name))
        }
        waiting?.cancel()
        if isNew { context.say("batch \(batch.name): going on".printable()) }
    }

    func noteProgress() async {
        while (try? await context.clock.sleep(for: access.times.progress)) != nil {
            for batch in state.withLock({ Array($0.batches.values) }) { await batch.queue.noteProgress() }
        }
    }
}
