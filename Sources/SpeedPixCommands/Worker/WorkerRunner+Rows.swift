import NATS
import SpeedPix
import SpeedPixBatch
import SpeedPixQueue
import Synchronization

// What becomes of the rows that it is handed.
extension WorkerRunner {
    func takeRows() async {
        await withDiscardingTaskGroup { group in
            while true {
                let free = await slots.untilFree()
                guard free > 0 else { return }
                let rows = Mutex<(WorkerBatch, [HandedRow])?>(nil)
                let (turn, changes) = state.withLock { ($0.rotation.next(at: elapsed()), $0.changes) }
                await interruptibly(since: changes) { [self] in
                    switch turn {
                    case .wait(let time):
                        let pause = time.map { max($0 - elapsed(), .milliseconds(1)) } ?? .seconds(3600)
                        try? await context.clock.sleep(for: pause)
                    case .ask(let name, let patience, let isIdle):
                        let found = await ask(name, count: free, patience: patience, isIdle: isIdle)
                        rows.withLock { $0 = found }
                    }
                }
                guard let (batch, handed) = rows.withLock({ $0 }) else { continue }
                for row in handed {
                    // They may have come while draining began.
                    guard slots.take() else {
                        group.addTask { await self.handBack(row, batch, "the worker drains") }
                        continue
                    }
                    group.addTask { await self.work(row, batch) }
                }
            }
        }
    }

    /// Does something that ends early when there is something new: a batch, or the end.
    ///
    /// - Parameter changes: What was known when it was decided to do it.
    private func interruptibly(since changes: Int, _ body: @escaping @Sendable () async -> Void) async {
        let task = Task { await body() }
        let isOver = state.withLock { state in
            state.waiting = task
            return state.isDraining || state.changes != changes
        }
        if isOver { task.cancel() }
        await task.value
        state.withLock { $0.waiting = nil }
    }

    private func ask(
        _ name: BatchName, count: Int, patience: Duration, isIdle: Bool
    ) async -> (WorkerBatch, [HandedRow])? {
        let batch = state.withLock { $0.batches[name] }
        do {
            if batch == nil || isIdle {
                let info = try await access.jetStream.consumer(name.text, of: QueueStream.rows.name)
                let hasRows = info.map { $0.pending > 0 || $0.ackPending > 0 } ?? false
                guard hasRows, let batch else {
                    if hasRows {
                        state.withLock { $0.rotation.remove(name) }
                        opening.continuation.yield(name)
                    } else {
                        state.withLock { $0.rotation.note(name, hadRows: false, at: elapsed()) }
                    }
                    return nil
                }
                return try await pull(batch, count, patience)
            }
            guard let batch else { return nil }
            return try await pull(batch, count, patience)
        } catch is CancellationError {
            return nil
        } catch let error as NATSError where error.isTransient || [.notFound, .noResponders].contains(error.code) {
            state.withLock { $0.rotation.noteFailure(name, at: elapsed()) }
            return nil
        } catch {
            fail(error)
            return nil
        }
    }

    private func pull(
        _ batch: WorkerBatch, _ count: Int, _ patience: Duration
    ) async throws -> (WorkerBatch, [HandedRow])? {
        let rows = try await batch.queue.pull(count: count, expires: patience)
        state.withLock {
            $0.rotation.note(
                batch.name, hadRows: !rows.isEmpty, hasWaited: patience >= BatchRotation.longPatience, at: elapsed())
        }
        return rows.isEmpty ? nil : (batch, rows)
    }

    private func work(_ row: HandedRow, _ batch: WorkerBatch) async {
        defer { slots.giveBack() }
        do {
            if let problem = batch.problem(with: row) {
                context.say("batch \(batch.name), row \(row.message.label): \(problem)".printable())
                await batch.report(problem, row)
                await handBack(row, batch, problem)
            } else if let queued = try await batch.queue.begin(row) {
                try await run(row, queued, batch)
            }
        } catch {
            guard !Task.isCancelled else { return }
            context.say("batch \(batch.name), row \(row.message.label): \(error)".printable())
            await handBack(row, batch, "the worker could not write down what it does")
        }
    }

    private func handBack(_ row: HandedRow, _ batch: WorkerBatch, _ reason: String) async {
        state.withLock { $0.handedBack += 1 }
        await batch.queue.handBack(row, reason: reason)
    }

    private func run(_ row: HandedRow, _ queued: QueuedRow, _ batch: WorkerBatch) async throws {
        batch.events?.send(.started(queued))
        let counts = WorkerBatch.Counts()
        let output = LabeledOutput(row.message.label, to: context.writeError)
        let run = batch.run(row, queued, counts: counts, output: output)
        let task = Task { await run.run() }
        let isLate = state.withLock { state in
            state.runs[ObjectIdentifier(row)] = task
            return state.isGraceOver
        }
        if isLate { task.cancel() }
        let result = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        state.withLock { $0.runs[ObjectIdentifier(row)] = nil }
        output.finish()
        // The process ends at once: the queue notices by itself that the row is with nobody.
        guard !Task.isCancelled else { return }
        let counted = counts.state.withLock { $0 }
        if counted.isBudgetUsed, Self.isRefused(result) {
            try await announce(.budget(batch.manifest.guards.budget ?? 0), of: batch)
            return await handBack(row, batch, "the budget is used up")
        }
        if result.state == .notRun { return await handBack(row, batch, result.failure?.message ?? "not run") }
        let end = try await batch.queue.finish(
            row,
            QueuedResult(
                row: queued.row.number, generation: row.message.generation, worker: plan.name, tries: queued.tries,
                result: result, created: counted.created, reused: counted.reused, unsaved: counted.unsaved))
        try await note(end, queued, result, row, batch)
    }

    /// Whether a row has come to nothing more than the end of the budget.
    private static func isRefused(_ result: RowResult) -> Bool {
        result.state == .succeeded || result.failure?.code == SpeedPixError.Code.notAllowed.rawValue
            || result.state == .notRun
    }

    private func note(
        _ end: JetStreamRowQueue.End, _ queued: QueuedRow, _ result: RowResult, _ row: HandedRow,
        _ batch: WorkerBatch
    ) async throws {
        let isJournalFailure = result.failure?.code == SpeedPixError.Code.journalFailed.rawValue
        let failures = state.withLock { state in
            state.journalFailures = isJournalFailure ? state.journalFailures + 1 : 0
            switch end {
            case .final(let isOwn) where isOwn:
                if result.state == .succeeded { state.done += 1 } else { state.failed += 1 }
            case .handedBack: state.handedBack += 1
            case .final, .lost: break
            }
            return state.journalFailures
        }
        switch end {
        case .final(isOwn: true): batch.events?.send(.ended(queued, result))
        case .handedBack: batch.events?.send(.retried(queued, result))
        case .final, .lost: break
        }
        if let failure = result.failure, end != .lost {
            let again = end == .handedBack ? "; it is tried again" : ""
            context.say("batch \(batch.name), row \(queued.row.label): \(failure.text)\(again)".printable())
        }
        if failures >= Self.mostJournalFailures, let failure = result.failure {
            fail(
                CommandFailure(
                    .failure, "this worker cannot write down what it pays for: \(failure.message)".printable()))
        }
        if end == .final(isOwn: true), let stop = batch.note(result, pending: row.pending) {
            try await announce(stop, of: batch)
            close(batch, stop.sentence)
        }
    }
}
