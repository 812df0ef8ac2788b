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
                for try await message in manifests { noteManifest(message) }
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

    private func noteManifest(_ message: StoredMessage) {
        guard let name = QueueSubject.batch(ofManifest: message.subject), plan.batches?.contains(name) ?? true,
            state.withLock({ $0.known[name] == nil })
        else { return }
        let manifest: BatchManifest
        do {
            manifest = try BatchManifest(parsing: message.payload, of: name)
        } catch {
            context.say("batch \(name): \(error)".printable())
            return
        }
        if let refusal = plan.refusal(of: manifest) {
            context.say("batch \(name): its rows are left to others, since \(refusal)".printable())
            return
        }
        let waiting = state.withLock { state in
            state.known[name] = manifest
            return state.add(name)
        }
        waiting?.cancel()
    }

    /// One after the other: at a terminal each may be a question.
    func openBatches() async {
        for await name in opening.stream {
            guard let manifest = state.withLock({ $0.known[name] }) else { continue }
            do {
                guard await trust.allows(manifest.script, of: name) else { continue }
                let file = try await scripts.fetch(manifest, name, from: access.writeOnce(.batches))
                let host = try plan.makeHost(manifest, file.directory)
                events?.start(host)
                let batch = try await WorkerBatch(name, manifest, file, host: host, shared)
                context.say("batch \(name): taking rows of \(manifest.script.name)".printable())
                let waiting = state.withLock { state in
                    state.batches[name] = batch
                    return state.add(name)
                }
                waiting?.cancel()
            } catch is CancellationError {
                return
            } catch {
                let message = RunEnd(error, script: nil, in: context).message ?? "\(error)"
                context.say("batch \(name): its rows are left to others: \(message)".printable())
            }
        }
    }

    /// Whether rows of batches may begin, looked at from time to time.
    func watchStandings() async {
        while (try? await context.clock.sleep(for: Self.standingInterval)) != nil {
            for batch in state.withLock({ Array($0.batches.values) }) {
                do {
                    let now = context.now().timeIntervalSince1970
                    if let stop = batch.ownStop(now: now) { try await announce(stop, of: batch) }
                    if try await batch.reader.isCancelled() {
                        close(batch, "cancelled")
                    } else if let stop = try await batch.reader.stop() {
                        close(batch, stop.reason.sentence)
                    } else {
                        reopen(batch)
                    }
                } catch is CancellationError {
                    return
                } catch {
                    context.say("batch \(batch.name): \(error)".printable())
                }
            }
        }
    }

    func announce(_ stop: BatchStop, of batch: WorkerBatch) async throws {
        if let stop = QueueStop(stop, worker: plan.name) { try await batch.reader.announce(stop) }
    }

    func close(_ batch: WorkerBatch, _ reason: String) {
        let isNew = state.withLock { state in
            state.rotation.remove(batch.name)
            return state.closed.updateValue(reason, forKey: batch.name) == nil
        }
        if isNew { context.say("batch \(batch.name): no row begins: \(reason)".printable()) }
    }

    private func reopen(_ batch: WorkerBatch) {
        let (isNew, waiting) = state.withLock { state in
            state.closed.removeValue(forKey: batch.name) == nil ? (false, nil) : (true, state.add(batch.name))
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
