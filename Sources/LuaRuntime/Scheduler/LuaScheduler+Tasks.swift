import CLuaBridge

/// How tasks begin and end, and how that is reported.
extension LuaScheduler {
    /// Takes over a thread that a script spawned.
    ///
    /// - Parameter isHelper: Whether the library did, for a part of what it does.
    func adopt(
        _ thread: OpaquePointer, slot: Int32, spawnedBy state: OpaquePointer, isHelper: Bool
    ) -> LuaTask {
        let task = add(thread, slot: slot, parent: running)
        task.position = running?.position
        if !isHelper, let position = running?.position { task.becomeNextSpawn(of: position) }
        task.spawnLocation = spawnLocations.current(state)
        task.label = running?.label
        return task
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

    func end(_ task: LuaTask, _ outcome: LuaTask.Outcome) {
        task.outcome = outcome
        // It may hold others in turn, and so on.
        task.errorSource = nil
        task.state = .awaitingChildren
        if task.hasFailed || task.stop != SPL_RUN {
            cancelChildren(of: task)
        } else if task.detachesChildren {
            detachChildren(of: task)
        }
        if task.children.isEmpty { retire(task) }
    }

    /// Ends a task for good, and then its parent if that waited for no other child, and so on: a loop, since tasks may
    /// nest as deep as memory allows.
    private func retire(_ first: LuaTask) {
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
            guard case .awaitingChildren = parent.state else { return }
            if isLost, case .finished = parent.outcome {
                parent.outcome = .failedBy(task.failed)
                cancelChildren(of: parent)
            }
            if parent.children.isEmpty { next = parent }
        }
    }

    /// Calls `observer` once, when the task and all its children have ended.
    func observe(_ task: LuaTask, _ observer: @escaping (LuaTask) -> Void) {
        task.isObserved = true
        if case .ended = task.state { observer(task) } else { task.observers.append(observer) }
    }
}
