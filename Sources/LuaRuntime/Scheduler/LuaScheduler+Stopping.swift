import CLuaBridge

/// How tasks are stopped.
///
/// Children are stopped before their parent: a task is stopped where it stands only when its children have ended, since
/// their `<close>` variables may rely on what it holds. The stop is raised as an error that no `pcall` catches. While it
/// unwinds the task, `<close>` variables run, wait and spawn like other code, until the ``GracePeriod`` of the tasks that
/// were stopped together is over.
extension LuaScheduler {
    /// Ends a task and its children. What is waiting ends at its next turn; what is running, when it next waits.
    func cancel(_ task: LuaTask, reason: Int32) {
        cancel([task], reason: reason)
    }

    /// Ends tasks, which share one grace period, and their children.
    ///
    /// - Parameter isLate: Whether the grace period of the task that spawned them is over: then they get none.
    func cancel(_ tasks: [LuaTask], reason: Int32, isLate: Bool = false) {
        var family = tasks
        var index = 0
        while index < family.count {
            family += family[index].children
            index += 1
        }
        guard !family.isEmpty else { return }
        let grace = makeGrace(within: nil, isOver: isLate)
        for member in family.reversed() { requestStop(member, reason: reason, grace) }
    }

    func cancelChildren(of task: LuaTask) {
        guard !task.children.isEmpty else { return }
        cancel(task.children, reason: Int32(SPL_STOP_CANCELED), isLate: task.grace?.isOver ?? false)
    }

    private func makeGrace(within outer: GracePeriod?, isOver: Bool = false) -> GracePeriod {
        GracePeriod(epoch: nextEpoch(), within: outer, isOver: isOver || machine.limits.closing <= .zero)
    }

    private func requestStop(_ task: LuaTask, reason: Int32, _ grace: GracePeriod) {
        guard task.stop == SPL_RUN else { return }
        guard task.outcome == nil else {
            // Its own code has ended well; what it had still to do through its children has not.
            if case .awaitingChildren = task.state, case .finished = task.outcome {
                task.stop = reason
                task.outcome = .stopped
            }
            return
        }
        task.stop = reason
        let grace = task.grace.map { makeGrace(within: $0) } ?? grace
        task.grace = grace
        grace.add(task)
        giveUpWait(task)
    }

    /// What a task waits for is not wanted any more.
    private func giveUpWait(_ task: LuaTask) {
        guard case .waiting(let ticket) = task.state else { return }
        if let given = tickets.void(ticket) {
            given.cancel()
            work.abandon(given, ticket: ticket, run: task.run)
        }
        task.awaitsEvent = false
        makeReady(task)
    }

    /// Stops a task where it stands, if its children have ended; otherwise when they have.
    func stop(_ task: LuaTask) {
        if case .ready(let due) = task.state { _ = tickets.void(due) }
        if !task.children.isEmpty {
            task.state = .stopping
            // The first stop went to those that it had then; its `<close>` variables may have spawned others since.
            if task.phase == .unwinding { cancelChildren(of: task) }
        } else if !task.hasStarted {
            end(task, .stopped)
        } else {
            run(task, raising: task.stop)
        }
    }

    /// A stop was asked for, and this task is the first to notice. If it belongs to another run, that one gets a turn.
    func handleStopRequest(_ task: LuaTask) {
        // Its <close> variables may run and wait after a stop, and so may what they have spawned.
        if task.grace != nil || !beginStop(of: task) { endTurn() }
        makeReady(task)
    }

    /// - Returns: Whether it is this task that is to be stopped.
    private func beginStop(of task: LuaTask) -> Bool {
        let reason = spl_interrupt_reason(machine.vm)
        if reason != SPL_RUN {
            // What keeps the VM busy is to end, not what others have under way.
            spl_interrupt(machine.vm, Int32(SPL_RUN))
            var root = task
            while let parent = root.parent { root = parent }
            cancel(root, reason: reason)
            return true
        }
        guard let run = runs[task.run], run.reason != SPL_RUN else { return false }
        cancel(run.task, reason: run.reason)
        return true
    }

    // MARK: What the bridge asks

    /// The VM is interrupted, and the running task cannot yield: it is stopped at once.
    ///
    /// - Returns: The epoch of its stop.
    func stopRunning(_ reason: Int32) -> UInt64 {
        guard let running else { return nextEpoch() }
        _ = beginStop(of: running)
        if running.stop == SPL_RUN { running.stop = reason }
        running.phase = .unwinding
        return running.grace?.epoch ?? nextEpoch()
    }

    /// The running task has been busy with its `<close>` variables for a moment.
    ///
    /// - Returns: 0 if it may go on, otherwise the epoch of its last stop.
    func endOfGrace() -> UInt64 {
        guard let running, let grace = running.grace else { return nextEpoch() }
        watch(grace)
        guard grace.isOver else { return 0 }
        if running.stop == SPL_RUN { running.stop = Int32(SPL_STOP_CANCELED) }
        running.phase = .terminating
        return grace.lastEpoch(nextEpoch)
    }

    // MARK: Grace periods

    func watch(_ grace: GracePeriod) {
        guard let owner else { return }
        grace.watch { owner.measure($0) }
    }

    /// A grace period is over: tasks that still wait in it get their last stop.
    func expire(_ grace: GracePeriod) {
        for task in grace.members where task.outcome == nil && task.phase != .terminating {
            if task.stop == SPL_RUN { task.stop = Int32(SPL_STOP_CANCELED) }
            giveUpWait(task)
        }
    }
}

extension LuaTask {
    /// Whether it is to be stopped, and that has not begun.
    var awaitsStop: Bool { stop != SPL_RUN && phase == .live }

    /// Whether a stop has to be raised in it: its own, or the last one.
    var mustBeStopped: Bool {
        guard stop != SPL_RUN else { return false }
        switch phase {
        case .live: return true
        case .unwinding: return grace?.isOver == true
        case .terminating: return false
        }
    }
}
