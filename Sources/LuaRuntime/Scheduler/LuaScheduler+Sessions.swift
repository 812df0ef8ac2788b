import CLuaBridge

/// How the tasks of a session outlive the evaluation that spawned them.
extension LuaScheduler {
    func detachChildren(of task: LuaTask) {
        while let child = task.children.last {
            child.leaveParent()
            detached.add(child)
        }
    }

    func endDetached(_ task: LuaTask) {
        guard detached.remove(task), task.hasFailed, task.stop == SPL_RUN,
            !task.isObserved, case .failure(let error) = result(of: task)
        else { return }
        detached.onFailure?(error)
    }
}
