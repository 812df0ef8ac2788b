import CLuaBridge

/// Decides which task runs next, and brings what tasks wait for back to them.
///
/// A wait is a ticket, see ``TicketTable``. Tasks run in the order in which they became ready.
package final class LuaScheduler {
    typealias Delivery = TicketTable.Delivery

    private unowned let machine: LuaMachine
    /// The actor that all this runs on. Weak, since it owns the machine.
    weak var owner: LuaVM?

    init(machine: LuaMachine) {
        self.machine = machine
    }

    private var tickets = TicketTable()
    /// Lends its thread to the task that is taking results from it.
    private var lender: LuaTask?
    private var ready = ReadyQueue()
    private(set) var running: LuaTask?
    /// Work whose task was stopped, until it has really ended.
    private(set) var orphans: [UInt64: Task<Void, Never>] = [:]

    // MARK: Waiting

    /// - Throws: When the running task must end: it starts nothing more.
    func checkRunning() throws {
        guard let running else { throw LuaArgumentError("the call has to wait, and no task is running") }
        if running.stop != SPL_RUN { throw LuaStop(reason: running.stop) }
    }

    /// Makes the running task wait for work that runs beside it.
    func begin(_ body: @escaping LuaFunctionDefinition.Work) -> UInt64 {
        guard let running, let owner else { return tickets.issue(due: .failure(CancellationError())) }
        let ticket = tickets.issue(to: running)
        let context = LuaContext(vm: owner, task: running)
        // Scripts run on the actor, and this is a call from one.
        tickets.attach(owner.assumeIsolated { $0.start(body, context, ticket: ticket) }, to: ticket)
        running.state = .waiting(ticket: ticket)
        return ticket
    }

    /// The result of work has arrived.
    func deliver(_ result: Result<LuaValue, any Error>, to ticket: UInt64) {
        if !orphans.isEmpty, orphans.removeValue(forKey: ticket) != nil { return }
        switch result {
        case .success(let value): fulfil(ticket, with: .value(value))
        case .failure(let error): fulfil(ticket, with: .failure(error))
        }
    }

    private func fulfil(_ ticket: UInt64, with delivery: Delivery) {
        guard let task = tickets.deliver(delivery, to: ticket) else { return }
        task.eventTicket = 0
        task.dueTicket = ticket
        task.state = .ready
        ready.append(task)
    }

    func isPending(_ ticket: UInt64) -> Bool {
        !tickets.isDue(ticket)
    }

    func take(_ ticket: UInt64) -> Delivery {
        let delivery = tickets.take(ticket) ?? .failure(CancellationError())
        running?.dueTicket = 0
        switch delivery {
        // The lender stays anchored until the next resume: the caller still has to copy from its thread.
        case .results(let task): lender = task
        case .raised(let task):
            lender = task
            running?.raiser = task
        case .value, .failure: break
        }
        return delivery
    }

    // MARK: Tasks

    /// Takes over a thread that a script spawned.
    func adopt(_ thread: OpaquePointer, slot: Int32, spawnedBy state: OpaquePointer) -> LuaTask {
        let task = add(thread, slot: slot, parent: running)
        task.place = places.current(state)
        task.label = running?.label
        return task
    }

    private var places = SpawnPlaces()

    /// "spawned at shoe.lua:12", a line for each task up to the one that the run began with.
    private func origin(of task: LuaTask) -> String {
        var lines = ""
        var next: LuaTask? = task
        // A script can nest tasks as deep as memory allows; nobody reads more than this.
        for _ in 0..<10 {
            guard let task = next else { break }
            if let place = places.describe(task.place) { lines += "\nspawned at \(place)" }
            next = task.parent
        }
        return lines
    }

    /// The stack of a task that has just failed, and where the task came from. An error that another task failed with,
    /// and this one only passed on, keeps that task's.
    private func traceback(of task: LuaTask) -> String {
        if let source = task.raiser, error(of: source) == error(of: task) { return source.traceback }
        spl_thread_traceback(machine.vm, task.thread)
        return String(cString: spl_traceback(machine.vm)) + origin(of: task)
    }

    private func error(of task: LuaTask) -> LuaValue? {
        try? LuaReader(machine: machine, state: task.thread).value(at: -1, "the error")
    }

    func add(_ thread: OpaquePointer, slot: Int32, parent: LuaTask?) -> LuaTask {
        let task = LuaTask(thread: thread, slot: slot, releases: machine.releases, parent: parent)
        parent?.adopt(task)
        if let parent, parent.stop != SPL_RUN { task.stop = parent.stop }
        ready.append(task)
        return task
    }

    /// Runs tasks that can run, each once at most for every time it became ready.
    ///
    /// - Returns: Whether there are more: a script whose tasks always find something to do must let in what comes from
    ///   outside, too.
    func drain() -> Bool {
        machine.drainReleases()
        for _ in 0..<Self.turn {
            guard let task = ready.popFirst() else { return false }
            resume(task)
            lender = nil
        }
        return !ready.isEmpty
    }

    /// Resumes between two looks at what came from outside: some hundred microseconds.
    private static let turn = 256

    private func resume(_ task: LuaTask) {
        if task.stop != SPL_RUN { return stop(task, reason: task.stop) }
        // Tasks that each end before the hook is asked could otherwise spawn one another for ever.
        let interruption = spl_interrupt_reason(machine.vm)
        if interruption != SPL_RUN, onDetachedFailure == nil { return interrupt(task) }
        running = task
        task.state = .running
        let outcome = spl_resume(machine.vm, task.thread)
        running = nil
        switch outcome.status {
        case Int32(SPL_WAITING): break
        case Int32(SPL_FINISHED): end(task, .finished(count: outcome.count))
        case Int32(SPL_STOPPED): interrupt(task)
        default:
            guard outcome.count >= 0 else { return end(task, .exhausted) }
            task.traceback = traceback(of: task)
            task.raiser = nil
            reset(task)
            end(task, .failed)
        }
    }

    /// The whole VM is interrupted, and this task is the first to notice: all it belongs to must end.
    private func interrupt(_ task: LuaTask) {
        let reason = spl_interrupt_reason(machine.vm)
        // In a session only what keeps the VM busy is to end, not what others have under way.
        if onDetachedFailure != nil { spl_interrupt(machine.vm, Int32(SPL_RUN)) }
        var root = task
        while let parent = root.parent { root = parent }
        cancel(root, reason: reason)
        stop(task, reason: reason)
    }

    /// Ends a task where it stands. No `pcall` of the script sees it; its `<close>` variables run.
    private func stop(_ task: LuaTask, reason: Int32) {
        task.stop = reason
        // What had been delivered is not wanted any more.
        _ = tickets.void(task.dueTicket)
        reset(task)
        end(task, .stopped)
    }

    private func reset(_ task: LuaTask) {
        running = task
        spl_thread_reset(machine.vm, task.thread, task.stop)
        running = nil
    }

    private func end(_ task: LuaTask, _ outcome: LuaTask.Outcome) {
        task.outcome = outcome
        task.state = .ending
        if task.hasFailed || task.stop != SPL_RUN {
            cancelChildren(of: task)
        } else if task.detachesChildren {
            detachChildren(of: task)
        }
        if task.children.isEmpty { settle(task) }
    }

    /// Ends a task for good, and then its parent if that waited for no other child, and so on: a loop, since tasks may
    /// nest as deep as memory allows.
    private func settle(_ first: LuaTask) {
        var next: LuaTask? = first
        while let task = next {
            next = nil
            task.state = .ended
            let parent = task.parent
            task.leaveParent()
            for observer in task.observers { observer(task) }
            task.observers = []
            guard let parent else { return detached.isEmpty ? () : endDetached(task) }
            let isLost = task.hasFailed && !task.isObserved && task.stop == SPL_RUN
            if isLost, parent.eventTicket != 0 { fulfil(parent.eventTicket, with: outcome(of: task)) }
            guard case .ending = parent.state else { return }
            if isLost, case .finished = parent.outcome {
                parent.outcome = .failedBy(task)
                cancelChildren(of: parent)
            }
            if parent.children.isEmpty { next = parent }
        }
    }

    // MARK: Tasks that outlive the one that spawned them

    /// What a session's evaluations left running.
    private(set) var detached: [ObjectIdentifier: LuaTask] = [:]
    /// Hears of those that failed with nobody waiting for them; nil outside of sessions.
    var onDetachedFailure: (@Sendable (LuaError) -> Void)?

    private func detachChildren(of task: LuaTask) {
        while let child = task.children.last {
            child.leaveParent()
            detached[ObjectIdentifier(child)] = child
        }
    }

    private func endDetached(_ task: LuaTask) {
        guard detached.removeValue(forKey: ObjectIdentifier(task)) != nil, task.hasFailed, task.stop == SPL_RUN,
            !task.isObserved, case .failure(let error) = result(of: task)
        else { return }
        onDetachedFailure?(error)
    }

    /// Where a task was spawned: "shoe.lua:12".
    func place(of task: LuaTask) -> String? {
        places.describe(task.place)
    }

    /// Calls `observer` once, when the task and all its children have ended.
    func observe(_ task: LuaTask, _ observer: @escaping (LuaTask) -> Void) {
        task.isObserved = true
        if case .ended = task.state { observer(task) } else { task.observers.append(observer) }
    }

    // MARK: Stopping

    private func cancelChildren(of task: LuaTask) {
        for child in task.children { cancel(child, reason: Int32(SPL_STOP_CANCELED)) }
    }

    /// Ends a task and its children. What is waiting ends at its next turn; what is running, when it next waits.
    func cancel(_ task: LuaTask, reason: Int32) {
        var family = [task]
        var index = 0
        while index < family.count {
            family += family[index].children
            index += 1
        }
        // Children first, as their closing may rely on what their parents hold.
        for member in family.reversed() { stopSoon(member, reason: reason) }
    }

    private func stopSoon(_ task: LuaTask, reason: Int32) {
        guard task.stop == SPL_RUN else { return }
        guard task.outcome == nil else {
            // Its own code has ended well; what it had still to do through its children has not.
            if case .ending = task.state, case .finished = task.outcome {
                task.stop = reason
                task.outcome = .stopped
            }
            return
        }
        task.stop = reason
        if case .waiting(let ticket) = task.state {
            if let work = tickets.void(ticket) {
                work.cancel()
                orphans[ticket] = work
            }
            task.state = .ready
            ready.append(task)
        }
    }

    // MARK: Joining

    /// Makes the running task wait for one task, and gives it that task's results or error.
    func join(_ task: LuaTask) throws -> UInt64 {
        guard task !== running else { throw LuaArgumentError("a task cannot wait for itself") }
        return awaiting { [self] ticket in
            observe(task) { [self] in fulfil(ticket, with: outcome(of: $0)) }
        }
    }

    /// Makes the running task wait for all of a group, and raises the first failure.
    ///
    /// - Parameter cancelsRest: Whether that failure ends the others at once; else they go on to their ends first.
    func joinAll(_ tasks: [LuaTask], cancelsRest: Bool) -> UInt64 {
        awaiting { [self] ticket in
            guard !tasks.isEmpty else { return fulfil(ticket, with: .value(.nil)) }
            var remaining = tasks.count
            var failure: LuaTask?
            for task in tasks {
                observe(task) { [self] ended in
                    remaining -= 1
                    if ended.hasFailed, failure == nil {
                        failure = ended
                        if cancelsRest {
                            for other in tasks { cancel(other, reason: Int32(SPL_STOP_CANCELED)) }
                        }
                    }
                    guard remaining == 0 else { return }
                    fulfil(ticket, with: failure.map(outcome) ?? .value(.nil))
                }
            }
        }
    }

    // MARK: Events

    /// Wakes the task that waits for the event, or is remembered for the one that will.
    func set(_ event: LuaEvent) -> UInt64 {
        ring(event)
        return issueDueTicket()
    }

    /// The same for callers that cannot wait, not even for what is due.
    func ring(_ event: LuaEvent) {
        if let waiter = event.waiter, tickets.waiter(waiter) != nil {
            event.waiter = nil
            fulfil(waiter, with: .value(.nil))
        } else {
            event.isSet = true
        }
    }

    /// Makes the running task wait until the event is set.
    func wait(for event: LuaEvent) -> UInt64 {
        awaiting { ticket in
            if event.isSet {
                event.isSet = false
                fulfil(ticket, with: .value(.nil))
            } else {
                event.waiter = ticket
                running?.eventTicket = ticket
            }
        }
    }

    /// A ticket for calls that have nothing to wait for.
    func issueDueTicket() -> UInt64 {
        tickets.issue(due: .value(.nil))
    }

    private func awaiting(_ arrange: (UInt64) -> Void) -> UInt64 {
        guard let running else { return tickets.issue(due: .failure(CancellationError())) }
        let ticket = tickets.issue(to: running)
        running.state = .waiting(ticket: ticket)
        arrange(ticket)
        if tickets.isDue(ticket) {
            // It was due at once: the task goes on without a yield, and must not be resumed for it.
            ready.remove(running)
            running.state = .running
        }
        return ticket
    }

    private func outcome(of task: LuaTask) -> Delivery {
        switch task.outcome {
        case .finished: .results(of: task)
        case .failed: .raised(by: task)
        case .failedBy(let child): outcome(of: child)
        case .stopped: .failure(LuaStop(reason: task.stop))
        case .exhausted, nil: .failure(LuaError(.memory, "not enough memory"))
        }
    }

    // MARK: Leaving the VM

    /// The results or the error of an ended task, as values.
    func result(of task: LuaTask) -> Result<[LuaValue], LuaError> {
        switch task.outcome {
        case .finished(let count):
            let reader = LuaReader(machine: machine, state: task.thread)
            do {
                return .success(try (0..<count).map { try reader.value(at: $0 + 1, "result \($0 + 1)") })
            } catch {
                return .failure(LuaError(.runtime, (error as? LuaArgumentError)?.message ?? "\(error)"))
            }
        case .failedBy(let child): return result(of: child)
        case .failed: return .failure(failure(of: task))
        case .stopped: return .failure(LuaStop(reason: task.stop).error)
        case .exhausted, nil: return .failure(LuaError(.memory, "not enough memory"))
        }
    }

    /// How an evaluation ended, its values still on its thread.
    enum Ending {
        case values(count: Int32)
        /// The error is on top of the thread of the task, if there is one.
        case failure(LuaTask?, LuaError)
    }

    func ending(of task: LuaTask) -> Ending {
        switch task.outcome {
        case .finished(let count): return .values(count: count)
        case .failedBy(let child): return ending(of: child)
        case .failed: return .failure(task, failure(of: task))
        case .stopped: return .failure(nil, LuaStop(reason: task.stop).error)
        case .exhausted, nil: return .failure(nil, LuaError(.memory, "not enough memory"))
        }
    }

    /// An error of the host's brings the stack it was raised on; where the task came from is known only here.
    private func traceback(of task: LuaTask, _ error: LuaValue) -> String {
        guard let stack = error.tableValue?["traceback"]?.text else { return task.traceback }
        let origin = task.traceback.firstRange(of: "\nspawned at ").map { String(task.traceback[$0.lowerBound...]) }
        return stack + (origin ?? "")
    }

    private func failure(of task: LuaTask) -> LuaError {
        let reader = LuaReader(machine: machine, state: task.thread)
        let value = (try? reader.value(at: -1, "the error")) ?? .nil
        let message: String =
            switch value {
            case .string(let text): text.lossyText
            case .table(let table) where spl_is_error(machine.vm, task.thread, -1):
                LuaStop.describe(table)
            case .table(let table) where table["message"]?.text != nil:
                table["message"]?.text ?? ""
            default: "the script raised a \(value.typeName) value"
            }
        return LuaError(.runtime, message, value: value, traceback: traceback(of: task, value))
    }
}
