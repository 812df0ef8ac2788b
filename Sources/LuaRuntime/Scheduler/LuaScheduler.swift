import CLuaBridge

/// Decides which task runs next, and brings what tasks wait for back to them.
///
/// A wait is a ticket, see ``TicketTable``. Tasks run in the order in which they became ready.
package final class LuaScheduler {
    typealias Delivery = TicketTable.Delivery

    unowned let machine: LuaMachine
    /// The actor that all this runs on. Weak, since it owns the machine.
    weak var owner: LuaVM?

    /// Where scripts begin, and where callbacks draw their random numbers.
    let startPosition: TaskPosition
    let outside: TaskPosition
    /// Remembers for runs to come; nil if nobody does.
    let notes: (any LuaRunNotes)?

    init(machine: LuaMachine, seed: UInt64, notes: (any LuaRunNotes)?) {
        self.machine = machine
        self.notes = notes
        startPosition = TaskPosition(seed: seed)
        outside = TaskPosition("callback", 0, in: startPosition)
    }

    var tickets = TicketTable()
    /// Lends its thread to the task that is taking results from it.
    private var lender: LuaTask?
    private var ready = ReadyQueue()
    private(set) var running: LuaTask?
    /// Work whose task was stopped, until it has really ended, by its ticket.
    var unfinished: [UInt64: UnfinishedWork] = [:]

    struct UnfinishedWork {
        var work: Task<Void, Never>
        /// Whose end waits for it.
        var run: RunTable.Slot
    }

    /// What is still under way although the run's task that waited for it was stopped.
    func unfinishedWork(of run: RunTable.Slot) -> Task<Void, Never>? {
        unfinished.values.first { $0.run == run }?.work
    }

    /// The runs that are under way.
    var runs = RunTable()
    /// Whether a task has given up its turn, so that what comes from outside gets in.
    private var isTurnOver = false
    /// Numbers for stops, see `spl_stop`.
    private var lastEpoch: UInt64 = 0

    func nextEpoch() -> UInt64 {
        lastEpoch += 1
        return lastEpoch
    }

    // MARK: Waiting

    /// Whether the running task may begin to wait.
    ///
    /// - Returns: Nil if it may; otherwise a ticket that never becomes due: the task is stopped where it waits for it.
    /// - Throws: When its grace period is over: its `<close>` variables start nothing more.
    func checkRunning() throws -> UInt64? {
        guard let running else { throw LuaArgumentError("the call has to wait, and no task is running") }
        guard running.awaitsStop else {
            guard let grace = running.grace, grace.isOver else { return nil }
            throw LuaStop(reason: running.stop != SPL_RUN ? running.stop : Int32(SPL_STOP_CANCELED))
        }
        let ticket = tickets.issue(to: running)
        makeReady(running, due: ticket)
        return ticket
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

    /// What work under way holds of its script's values, in bytes by its ticket, where that is much.
    private var held: [UInt64: Int] = [:]

    /// Counts what work holds against the memory limit, until it has ended.
    func hold(_ bytes: Int, for ticket: UInt64) {
        held[ticket] = bytes
        spl_hold(machine.vm, Int64(bytes))
    }

    /// The result of work has arrived.
    func deliver(_ result: Result<LuaValue, any Error>, to ticket: UInt64) {
        if !held.isEmpty, let bytes = held.removeValue(forKey: ticket) { spl_hold(machine.vm, -Int64(bytes)) }
        if !unfinished.isEmpty, unfinished.removeValue(forKey: ticket) != nil { return }
        switch result {
        case .success(let value): fulfil(ticket, with: .value(value))
        case .failure(let error): fulfil(ticket, with: .failure(error))
        }
    }

    private func fulfil(_ ticket: UInt64, with delivery: Delivery) {
        guard let task = tickets.deliver(delivery, to: ticket) else { return }
        task.awaitsEvent = false
        makeReady(task, due: ticket)
    }

    func makeReady(_ task: LuaTask, due ticket: UInt64 = 0) {
        task.state = .ready(due: ticket)
        ready.append(task)
    }

    func isPending(_ ticket: UInt64) -> Bool {
        !tickets.isDue(ticket)
    }

    func take(_ ticket: UInt64) -> Delivery {
        let delivery = tickets.take(ticket) ?? .failure(CancellationError())
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
    ///
    /// - Parameter isHelper: Whether the library did, for a part of what it does.
    func adopt(
        _ thread: OpaquePointer, slot: Int32, spawnedBy state: OpaquePointer, isHelper: Bool
    ) -> LuaTask {
        let task = add(thread, slot: slot, parent: running)
        task.position = running?.position
        if !isHelper, let position = running?.position { task.stand(asNextOf: position) }
        task.spawnLocation = spawnLocations.current(state)
        task.label = running?.label
        return task
    }

    private var spawnLocations = SpawnLocations()

    /// "spawned at shoe.lua:12", a line for each task up to the one that the run began with.
    private func origin(of task: LuaTask) -> String {
        var lines = ""
        var next: LuaTask? = task
        // A script can nest tasks as deep as memory allows; nobody reads more than this.
        for _ in 0..<10 {
            guard let task = next else { break }
            if let location = spawnLocations.describe(task.spawnLocation) { lines += "\nspawned at \(location)" }
            next = task.parent
        }
        return lines
    }

    /// An error that nobody caught unwinds the running task: remembers its stack, and where the task came from. An error
    /// that another task failed with, and this one only passed on, keeps that task's.
    func noteFailure(_ state: OpaquePointer, at index: Int32) {
        guard let running, running.phase == .live, !running.hasRaised else { return }
        running.hasRaised = true
        let error = value(ofErrorAt: index, on: state)
        if let source = running.raiser, self.error(of: source) == error {
            running.traceback = source.traceback
        } else {
            running.traceback = String(cString: spl_traceback(machine.vm)) + origin(of: running)
        }
    }

    /// A `<close>` variable failed while the running task was unwound by an error.
    func noteClosingFailure(_ state: OpaquePointer, at index: Int32) {
        guard let running else { return }
        let error = value(ofErrorAt: index, on: state) ?? .nil
        let message = Self.message(of: error, isHosts: spl_is_error(machine.vm, state, index))
        running.traceback += "\nthen a <close> variable failed: \(message)"
    }

    private func error(of task: LuaTask) -> LuaValue? {
        value(ofErrorAt: -1, on: task.thread)
    }

    /// Values of an error that anybody looks at: what is longer is told as too large.
    static let mostErrorValues = 10_000

    private func value(ofErrorAt index: Int32, on state: OpaquePointer) -> LuaValue? {
        try? LuaReader(machine: machine, state: state).value(at: index, "the error", mostValues: Self.mostErrorValues)
    }

    func add(_ thread: OpaquePointer, slot: Int32, parent: LuaTask?) -> LuaTask {
        let task = LuaTask(thread: thread, slot: slot, releases: machine.releases, parent: parent)
        parent?.addChild(task)
        if let parent, let grace = parent.grace, parent.outcome == nil, !grace.isOver, !parent.awaitsStop {
            // Spawned by a <close> variable, for as long as that has time.
            task.grace = grace
            grace.add(task)
        } else if let parent, parent.stop != SPL_RUN || parent.grace != nil {
            task.stop = parent.stop != SPL_RUN ? parent.stop : Int32(SPL_STOP_CANCELED)
        }
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
            if isTurnOver { break }
        }
        isTurnOver = false
        return !ready.isEmpty
    }

    /// What came from outside is looked at before another task is resumed.
    func endTurn() {
        isTurnOver = true
    }

    /// Resumes between two looks at what came from outside: some hundred microseconds.
    private static let turn = 256

    private func resume(_ task: LuaTask) {
        if task.mustBeStopped { return stop(task) }
        // Tasks that each end before the hook is asked could otherwise spawn one another for ever.
        if let flag = runs.flag(of: task.run), spl_run_reason(flag) != SPL_RUN, task.grace == nil {
            return handleStopRequest(task)
        }
        run(task, raising: Int32(SPL_RUN))
    }

    /// - Parameter reason: Why it is stopped where it stands; nothing if it goes on.
    func run(_ task: LuaTask, raising reason: Int32) {
        var stop = spl_stop()
        stop.run = runs.flag(of: task.run)
        stop.is_deepest = Int(task.depth) + 1 >= machine.taskDepth
        if let grace = task.grace {
            stop.raised = reason
            stop.is_over = reason != SPL_RUN && grace.isOver
            // One that has just run out, and nobody has dealt with yet, has to be asked about.
            stop.is_watched = grace.isWatched && !grace.isOver
            stop.epoch = stop.is_over ? grace.lastEpoch(nextEpoch) : grace.epoch
            stop.former_epoch = task.phase == .live ? grace.formerEpoch : grace.epoch
        }
        if reason != SPL_RUN { task.phase = stop.is_over ? .ending : .unwinding }
        running = task
        task.state = .running
        task.hasStarted = true
        let outcome = spl_resume(machine.vm, task.thread, stop)
        running = nil
        // In a session it is this task that has kept the VM busy, and nobody else is to end for it.
        if task.grace != nil, onDetachedFailure != nil { spl_interrupt(machine.vm, Int32(SPL_RUN)) }
        switch outcome.status {
        case Int32(SPL_WAITING):
            if let grace = task.grace { watch(grace) }
        case Int32(SPL_STOPPED): handleStopRequest(task)
        // Who had failed by itself before has failed, whatever stopped the <close> variables.
        case _ where task.phase != .live && !task.hasRaised: end(task, .stopped)
        case Int32(SPL_FINISHED) where task.phase == .live: end(task, .finished(count: outcome.count))
        default: end(task, outcome.count < 0 ? .exhausted : .failed)
        }
    }

    func end(_ task: LuaTask, _ outcome: LuaTask.Outcome) {
        task.outcome = outcome
        // It may hold others in turn, and so on.
        task.raiser = nil
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
            task.grace?.leave()
            let parent = task.parent
            task.leaveParent()
            for observer in task.observers { observer(task) }
            task.observers = []
            guard let parent else { return detached.isEmpty ? () : endDetached(task) }
            let isLost = task.hasFailed && !task.isObserved && task.stop == SPL_RUN
            if isLost, parent.awaitsEvent, case .waiting(let ticket) = parent.state {
                fulfil(ticket, with: outcome(of: task))
            }
            if case .stopping = parent.state, parent.children.isEmpty { makeReady(parent) }
            guard case .ending = parent.state else { return }
            if isLost, case .finished = parent.outcome {
                parent.outcome = .failedBy(task.failed)
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
        spawnLocations.describe(task.spawnLocation)
    }

    /// Calls `observer` once, when the task and all its children have ended.
    func observe(_ task: LuaTask, _ observer: @escaping (LuaTask) -> Void) {
        task.isObserved = true
        if case .ended = task.state { observer(task) } else { task.observers.append(observer) }
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
                        if cancelsRest { cancel(tasks, reason: Int32(SPL_STOP_CANCELED)) }
                    }
                    guard remaining == 0 else { return }
                    fulfil(ticket, with: failure.map(outcome) ?? .value(.nil))
                }
            }
        }
    }

    // MARK: Events

    /// Wakes the task that waits for the event; if none does, the next one that waits goes on at once.
    func set(_ event: LuaEvent) -> UInt64 {
        signal(event)
        return issueDueTicket()
    }

    /// As ``set(_:)``, for callers that cannot wait, not even for what is due.
    func signal(_ event: LuaEvent) {
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
                running?.awaitsEvent = true
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
        let task = task.failed
        return switch task.outcome {
        case .finished: .results(of: task)
        case .failed: .raised(by: task)
        case .stopped: .failure(LuaStop(reason: task.stop))
        case .exhausted, .failedBy, nil: .failure(LuaError(.memory, "not enough memory"))
        }
    }
}
