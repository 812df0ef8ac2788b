import CLuaBridge

/// Decides which task runs next, and brings what tasks wait for back to them.
///
/// A wait is a ticket, see ``TicketTable``. Tasks run in the order in which they became ready.
package final class LuaScheduler {
    typealias Delivery = TicketTable.Delivery

    unowned let machine: LuaMachine
    /// The actor that all this runs on. Weak, since it owns the machine.
    weak var owner: LuaVM?

    /// Where scripts begin.
    let startPosition: TaskPosition
    /// Where callbacks draw their random numbers.
    let outside: TaskPosition
    /// Records values for later runs of the script; nil without a record.
    let replayLog: (any LuaReplayLog)?

    init(machine: LuaMachine, seed: UInt64, replayLog: (any LuaReplayLog)?) {
        self.machine = machine
        self.replayLog = replayLog
        startPosition = TaskPosition(seed: seed)
        outside = TaskPosition("callback", 0, in: startPosition)
    }

    var tickets = TicketTable()
    /// The task whose results another one is taking: its thread has to stay until they are copied.
    var resultSource: LuaTask?
    var ready = ReadyQueue()
    private(set) var running: LuaTask?
    /// The work of the host that tasks wait for.
    var work = HostWork()
    /// The runs that are under way.
    var runs = RunTable()
    /// What a session's evaluations left running.
    var detached = DetachedTasks()
    var spawnLocations = SpawnLocations()
    /// Whether a task has given up its turn, so that what comes from outside gets in.
    private var isTurnOver = false
    /// Numbers for stops, see `spl_stop`.
    private var lastEpoch: UInt64 = 0

    func nextEpoch() -> UInt64 {
        lastEpoch += 1
        return lastEpoch
    }

    func makeReady(_ task: LuaTask, due ticket: UInt64 = 0) {
        task.state = .ready(due: ticket)
        ready.append(task)
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
            resultSource = nil
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
            // A period that has just expired counts as not watched, so that the bridge asks the host about it.
            stop.is_watched = grace.isWatched && !grace.isOver
            stop.epoch = stop.is_over ? grace.lastEpoch(nextEpoch) : grace.epoch
            stop.former_epoch = task.phase == .live ? grace.formerEpoch : grace.epoch
        }
        if reason != SPL_RUN { task.phase = stop.is_over ? .terminating : .unwinding }
        running = task
        task.state = .running
        task.hasStarted = true
        let outcome = spl_resume(machine.vm, task.thread, stop)
        running = nil
        // In a session the interrupt was meant for this task, which kept the VM busy, and must not stop another one.
        if task.grace != nil, detached.isOpen { spl_interrupt(machine.vm, Int32(SPL_RUN)) }
        switch outcome.status {
        case Int32(SPL_WAITING):
            if let grace = task.grace { watch(grace) }
        case Int32(SPL_STOPPED): handleStopRequest(task)
        // A task that had failed by itself before has failed, whatever stopped its <close> variables.
        case _ where task.phase != .live && !task.hasRaised: end(task, .stopped)
        case Int32(SPL_FINISHED) where task.phase == .live: end(task, .finished(count: outcome.count))
        default: end(task, outcome.count < 0 ? .exhausted : .failed)
        }
    }
}
