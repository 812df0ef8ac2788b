import CLuaBridge
import Synchronization

/// What an evaluation came to.
public struct LuaEvaluation: Sendable {
    /// What the chunk returned, cut off where it gets too large to look at.
    public var values: [LuaSnapshot]
}

/// A session: chunks that run one after the other on one VM, share what they declared at their top level, and whose tasks
/// go on after them. A read-eval-print loop is one.
extension LuaVM {
    /// To be called before anything else of this extension.
    ///
    /// - Parameter onDetachedFailure: Called with the error of a task that went on by itself and failed while no task
    ///   waited for it. Called on the VM's actor.
    /// - Throws: ``LuaError`` if memory runs out.
    public func openSession(onDetachedFailure: @escaping @Sendable (LuaError) -> Void) throws {
        connect()
        try machine.fillAll()
        guard spl_open_session(machine.vm) else { throw LuaError(.memory, "not enough memory") }
        machine.scheduler.detached.onFailure = onDetachedFailure
    }

    /// Runs a chunk of the session, and waits until its own code has ended. Tasks that it spawned go on.
    ///
    /// The first result becomes the session's variable `_`, an error that the chunk raises `_error`. Cancelling the
    /// calling task stops the chunk and what it has spawned, and leaves tasks of earlier chunks alone, unless one of
    /// them keeps the VM busy.
    ///
    /// - Parameters:
    ///   - declaring: Names that become variables of the session, see ``LuaTopLevel``.
    ///   - patience: How long the VM may be busy, once the chunk is cancelled, before whatever keeps it busy is stopped.
    ///     A chunk whose `<close>` variables wait has ``LuaLimits/closing`` for it.
    ///   - limits: How much of the results is looked at.
    /// - Throws: ``LuaError``; `CancellationError` if the calling task was cancelled.
    public nonisolated func evaluate(
        _ chunk: LuaChunk, declaring names: [String] = [], limits: LuaSnapshot.Limits = LuaSnapshot.Limits(),
        patience: Duration = .milliseconds(250), clock: any Clock<Duration> = ContinuousClock()
    ) async throws -> LuaEvaluation {
        let run = interruptSwitch.begin()
        defer { interruptSwitch.end(run) }
        return try await withTaskCancellationHandler {
            try await evaluate(chunk, declaring: names, limits, run: run)
        } onCancel: {
            Task { try await self.cancel(run, patience: patience, clock: clock) }
        }
    }

    /// The actor may be busy, with this chunk or with another's task: then only the flag gets through. One that answers is
    /// not busy, but waits, perhaps in the chunk's `<close>` variables.
    private nonisolated func cancel(_ run: Int, patience: Duration, clock: any Clock<Duration>) async throws {
        repeat {
            let acknowledgement = Acknowledgement()
            Task { await self.cancelEvaluation(run, acknowledgement) }
            try await clock.sleep(for: patience)
            if !acknowledgement.isReceived.load(ordering: .relaxed) { interruptSwitch.stop(.canceled, run: run) }
        } while interruptSwitch.isRunning(run)
    }

    private final class Acknowledgement: Sendable {
        let isReceived = Atomic(false)
    }

    private func evaluate(
        _ chunk: LuaChunk, declaring names: [String], _ limits: LuaSnapshot.Limits, run: Int
    ) async throws -> LuaEvaluation {
        try Task.checkCancellation()
        let task = try load(chunk, declaring: names)
        task.detachesChildren = true
        evaluations[run] = task
        _ = await awaitEnd(of: task, keepsResults: false)
        evaluations[run] = nil
        interruptSwitch.end(run)
        // What was under way when it ended may still be cleaning up after itself.
        while let work = machine.scheduler.work.abandoned(by: 0) { await work.value }
        return try evaluation(of: task, limits)
    }

    private func load(_ chunk: LuaChunk, declaring names: [String]) throws -> LuaTask {
        connect()
        for name in names {
            guard name.withCString({ spl_session_declare(machine.vm, $0, name.utf8.count) }) else {
                throw LuaError(.memory, "not enough memory")
            }
        }
        return try load(chunk, [], inSession: true)
    }

    private func evaluation(of task: LuaTask, _ limits: LuaSnapshot.Limits) throws -> LuaEvaluation {
        switch machine.scheduler.evaluationOutcome(of: task) {
        case .values(let count):
            if count > 0 { spl_session_set(machine.vm, "_", task.thread, 1) }
            let reader = LuaReader(machine: machine, state: task.thread)
            return LuaEvaluation(values: (0..<count).map { reader.snapshot(at: $0 + 1, limits) })
        case .failure(let failed, let error):
            if let failed { spl_session_set(machine.vm, "_error", failed.thread, -1) }
            if Task.isCancelled { throw CancellationError() }
            throw error
        }
    }

    private func cancelEvaluation(_ run: Int, _ acknowledgement: Acknowledgement) {
        acknowledgement.isReceived.store(true, ordering: .relaxed)
        guard let task = evaluations[run] else { return }
        cancel(task, .canceled)
    }

    /// A task that an evaluation left running.
    public struct DetachedTask: Sendable {
        /// The file and line of the `spawn`, if they are known.
        public var location: String?
    }

    /// The tasks that evaluations left running, by where they were spawned.
    public var detachedTasks: [DetachedTask] {
        machine.scheduler.detached.all
            .map { DetachedTask(location: machine.scheduler.spawnLocation(of: $0)) }
            .sorted { ($0.location ?? "") < ($1.location ?? "") }
    }

    /// Stops what evaluations left running, and waits for its end.
    public func endDetachedTasks() async {
        cancel(Array(machine.scheduler.detached.all))
        while let task = machine.scheduler.detached.all.first { _ = await awaitEnd(of: task, keepsResults: false) }
        while let work = machine.scheduler.work.abandoned(by: 0) { await work.value }
    }

    // MARK: Looking around

    /// What stands behind a dot: for completion.
    public enum Member: Sendable, Hashable {
        case field(String)
        case function(String)
        /// A method of an object.
        case method(String)

        /// As scripts write it.
        public var name: String {
            switch self {
            case .field(let name), .function(let name), .method(let name): name
            }
        }
    }

    /// The names that can follow `path`, a variable and its fields; nothing of the script's runs for it.
    ///
    /// - Parameter path: Empty for the session's variables and the globals.
    public func members(of path: [String]) -> [Member] {
        connect()
        guard let first = path.first else { return tableMembers(["_ENV"]) + tableMembers(["_G"]) }
        guard let found = find(path) else { return [] }
        if found < path.count {
            guard case .object(let object)? = inspected(depth: 0) else { return [] }
            return members(of: object, path.dropFirst(found))
        }
        switch inspected(depth: 0) {
        case .object(let object)?: return members(of: object, [])
        case .string?: return first == "string" ? [] : tableMembers(["string"]).map { .method($0.name) }
        default: return tableMembers(path)
        }
    }

    private func members(of object: any LuaObject, _ rest: ArraySlice<String>) -> [Member] {
        guard let name = rest.first else {
            let type = type(of: object).luaClass
            return type.properties.map { .field($0.name) } + type.methods.map { .method($0.name) }
        }
        switch object.luaProperty(name) {
        case .object(let next)?: return members(of: next, rest.dropFirst())
        case .table(let table)?: return members(of: table, rest.dropFirst())
        default: return []
        }
    }

    private func members(of table: LuaTable, _ rest: ArraySlice<String>) -> [Member] {
        guard let name = rest.first else { return table.entries.keys.compactMap(\.text).sorted().map { .field($0) } }
        switch table[name] {
        case .object(let next)?: return members(of: next, rest.dropFirst())
        case .table(let next)?: return members(of: next, rest.dropFirst())
        default: return []
        }
    }

    private func tableMembers(_ path: [String]) -> [Member] {
        guard find(path) == path.count else { return [] }
        var members: [Member] = []
        // A chain of classes; the scope itself stands in front of the globals, which are listed by themselves.
        for _ in 0..<8 {
            guard case .table(let table)? = inspected(depth: 1) else { break }
            members += table.entries.compactMap { entry in
                guard case .string(let bytes, _) = entry.key, let name = bytes.text else { return nil }
                if case .function = entry.value { return .function(name) }
                return .field(name)
            }
            guard spl_session_step_behind(machine.vm) else { break }
        }
        return members
    }

    private func find(_ path: [String]) -> Int? {
        let copies = path.map { $0.utf8CString }
        return withPointers(to: copies[...], after: []) { pointers in
            let found = spl_session_find(machine.vm, pointers, pointers.count)
            return found < 0 ? nil : Int(found)
        }
    }

    private func withPointers<R>(
        to texts: ArraySlice<ContiguousArray<CChar>>, after pointers: [UnsafePointer<CChar>?],
        _ body: ([UnsafePointer<CChar>?]) -> R
    ) -> R {
        guard let text = texts.first else { return body(pointers) }
        return text.withUnsafeBufferPointer {
            withPointers(to: texts.dropFirst(), after: pointers + [$0.baseAddress], body)
        }
    }

    private func inspected(depth: Int) -> LuaSnapshot? {
        guard let state = spl_session_inspector(machine.vm) else { return nil }
        let limits = LuaSnapshot.Limits(depth: depth, entries: 2000, nodes: 4000, bytes: 200)
        return LuaReader(machine: machine, state: state).snapshot(at: -1, limits)
    }
}
