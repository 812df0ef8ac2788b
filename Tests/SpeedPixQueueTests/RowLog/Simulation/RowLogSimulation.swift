import SpeedPix
import SpeedPixQueue

/// A few rows, a few workers and everything that can go wrong between them, as one seed decides it.
final class RowLogSimulation: @unchecked Sendable {
    let world: SimulatedWorld
    let service: SimulatedService
    let queue: SimulatedQueue
    private(set) var scripts: [String: SimulatedScript] = [:]
    private let rows: [String]
    private var stores: [String: SimulatedStore] = [:]
    private var disks: [String: SimulatedDisk] = [:]
    private var workers = 0
    /// What the simulation has come through, over all seeds: shows that it comes where it is meant to.
    private(set) var counts: [String: Int] = [:]

    init(seed: UInt64, keepsHistory: Bool = false) {
        world = SimulatedWorld(seed: seed, keepsHistory: keepsHistory)
        service = SimulatedService(world)
        queue = SimulatedQueue(world)
        rows = (1...3).map { "row\($0)" }
        for row in rows {
            scripts[row] = SimulatedScript(world)
            stores[row] = SimulatedStore(world, row: row)
            queue.publish(row, generation: 1)
        }
        world.onKill = { [self] process in
            count("killed")
            guard disks[process.name] != nil else { return }
            // In its place comes one with the same disk.
            world.after(world.milliseconds(100...60_000)) { [self] in startWorker(process.name) }
        }
    }

    func count(_ event: String) { counts[event, default: 0] += 1 }

    func log(of row: String, by process: SimulatedProcess) -> RowLog {
        guard let store = stores[row] else { fatalError("there is no \(row)") }
        return RowLog(
            store,
            RowLogSettings(
                batch: "batch", rowKey: row, worker: process.name, clock: world.clock,
                now: { [world] in world.time / .seconds(1) }, token: { [world] in world.newName("t") },
                executor: process))
    }

    private func startWorker(_ name: String) {
        let disk = disks[name] ?? SimulatedDisk()
        disks[name] = disk
        _ = world.start(name) { [self] process in
            await SimulatedWorker(simulation: self, process: process, disk: disk).main()
        }
    }

    // MARK: The course of things

    /// - Returns: What must not have happened.
    func run() -> [String] {
        for number in 1...3 { startWorker("worker\(number)") }
        for _ in 0..<2 where world.random.chance(40) {
            world.after(world.milliseconds(100...120_000)) { [world] in
                world.outageEnd = world.time + world.milliseconds(1000...90_000)
            }
        }
        if world.random.chance(60) { lookAgain() }
        // With faults for a while, so that the rows that are left are done in peace.
        _ = world.run(for: world.milliseconds(60_000...1_200_000)) { [queue] in queue.isEmpty }
        checkPredictions()
        world.hasFaults = false
        guard finishRows() else { return world.violations }
        // What is still on its way arrives: for the last time, since nothing is delayed any more.
        _ = world.run(for: .seconds(210)) { false }
        checkRecovered()
        for round in 1...20 {
            settle(whileWorkersRun: false)
            guard reopenRows(), finishRows() else { break }
            if round == 20 { world.violated("rows do not come to an end") }
        }
        checkEnd()
        return world.violations
    }

    private func finishRows() -> Bool {
        let isDone = world.run(for: .seconds(4000)) { [queue] in queue.isEmpty }
        if !isDone { world.violated("rows are not done: nothing goes on") }
        return isDone
    }

    /// A person who does not wait: settles doubts and opens rows again while workers run, or are stopped.
    private func lookAgain() {
        world.after(world.milliseconds(10_000...60_000)) { [self] in
            guard world.hasFaults else { return }
            settle(whileWorkersRun: true)
            _ = reopenRows()
            lookAgain()
        }
    }

    /// Opens rows again that have not succeeded.
    private func reopenRows() -> Bool {
        var isAnyOpen = false
        for row in rows {
            guard let state = stores[row]?.state else { continue }
            guard let result = state.result?.stringValue else {
                // Nothing pending, and no result: published again, as who opened it may have ended before he did so.
                isAnyOpen = true
                queue.publish(row, generation: state.generation)
                continue
            }
            guard !result.hasPrefix("succeeded"), !result.hasPrefix("not_deterministic") else { continue }
            isAnyOpen = true
            count(String(result.prefix { $0 != " " }))
            perform(on: row) { [queue] log in
                try await log.openAgain(after: state.generation)
                queue.publish(row, generation: state.generation + 1)
            }
        }
        return isAnyOpen
    }

    /// A person looks into the service's record.
    private func settle(whileWorkersRun isEarly: Bool) {
        for row in rows {
            guard let state = stores[row]?.state else { continue }
            for create in state.creates where create.isUnknown && (!isEarly || create.state == .inDoubt) {
                let key = SimulatedService.Key(
                    row: row, position: create.intent.position?.rawValue ?? "", digest: create.intent.digest ?? "")
                let id = service.prediction(of: key) { state.create(ofPrediction: $0) != nil }
                if id == nil { service.noteSettled(key) }
                count(isEarly ? "settled early" : "settled")
                let position = key.position
                perform(on: row) { log in try? await log.settle(position: position, predictionID: id) }
            }
        }
    }

    private func perform(on row: String, _ body: @escaping @Sendable (RowLog) async throws -> Void) {
        let done = Answer<Void>()
        nonisolated(unsafe) var isDone = false
        let hadFaults = world.hasFaults
        _ = world.start("person") { [self] process in
            do {
                try await body(log(of: row, by: process))
            } catch {
                // With faults he may see less than there is, and tries again later.
                if !hadFaults { world.violated("a person cannot do it: \(error)") }
            }
            isDone = true
            done.give(())
        }
        if !world.hasFaults { _ = world.run(for: .seconds(100)) { isDone } }
    }

    // MARK: What must hold

    /// Every prediction is in the log, or its create is in doubt, or it is on a worker's disk.
    private func checkPredictions() {
        for made in service.made where !service.isSettled(made.key) {
            guard let state = stores[made.key.row]?.state else { continue }
            if state.create(ofPrediction: made.id) != nil { continue }
            let isInDoubt = state.creates.contains { create in
                create.isUnknown && create.intent.position?.rawValue == made.key.position
                    && create.intent.digest == made.key.digest
            }
            if isInDoubt || isOnDisk(made.id) { continue }
            world.violated("nobody knows of \(made.id) for \(made.key)")
        }
    }

    /// What a worker's own journal has is in the log once its next process has started: before a person settles anything, whose word
    /// would do the same.
    private func checkRecovered() {
        for disk in disks.values {
            for create in disk.creates.values {
                guard let id = create.prediction?.id, lacks(id, of: create.row) else { continue }
                world.violated("\(id) of \(create.row) is on a worker's disk, and was not recovered")
            }
        }
    }

    /// Whether the row's log does not have a prediction.
    func lacks(_ id: String, of row: String) -> Bool { stores[row]?.state.create(ofPrediction: id) == nil }

    private func isOnDisk(_ id: String) -> Bool {
        disks.values.contains { $0.creates.values.contains { $0.prediction?.id == id } }
    }

    private func checkEnd() {
        for made in service.made where !service.isSettled(made.key) {
            if stores[made.key.row]?.state.create(ofPrediction: made.id) == nil {
                world.violated("\(made.id) for \(made.key) is not in the log")
            }
        }
        for row in rows {
            guard let store = stores[row] else { continue }
            checkWriters(store)
            for (generation, result) in store.state.results
            where queue.results[.init(row: row, generation: generation)] != result {
                world.violated("\(row) has another result in its log than among the results")
            }
            let results = queue.results.keys.count { $0.row == row }
            if results != store.state.generation { world.violated("\(row) has \(results) results") }
            if case let result? = store.state.result?.stringValue, result.hasPrefix("not_deterministic"),
                scripts[row]?.forgets == false
            {
                world.violated("\(row) counts as not deterministic: a value that it has kept was lost")
            }
        }
    }

    /// Reads the entries without ``RowLogState``: intents and results come from the newest take alone.
    private func checkWriters(_ store: SimulatedStore) {
        var newest: String?
        var tokens: Set<String> = []
        for entry in store.entries {
            if !tokens.insert(entry.token).inserted { world.violated("\(store.row) has \(entry.token) twice") }
            for fact in entry.facts {
                switch fact {
                case .taken(_, let take):
                    newest = take
                    count("taken")
                case .intent, .value:
                    if entry.take != newest { world.violated("\(store.row): an intent of a take that was over") }
                case .result:
                    if entry.take != newest { world.violated("\(store.row): a result of a take that was over") }
                    newest = nil
                case .released: newest = nil
                case .withdrawn: count("withdrawn")
                case .inDoubt: count("in doubt")
                case .created(_, _, let intent): count(intent == nil ? "created" : "recovered without intent")
                case .ended, .settled, .again: break
                }
            }
        }
    }
}
