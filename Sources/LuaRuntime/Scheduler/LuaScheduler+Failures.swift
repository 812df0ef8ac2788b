import CLuaBridge

/// What is remembered of an error that ended a task: the stack it was raised on, and where the task was spawned.
extension LuaScheduler {
    /// "spawned at shoe.lua:12", a line for each task up to the one that the run began with.
    private func origin(of task: LuaTask) -> String {
        var lines = ""
        var next: LuaTask? = task
        // A script can nest tasks as deep as memory allows; a longer list would not be read.
        for _ in 0..<10 {
            guard let task = next else { break }
            if let location = spawnLocations.describe(task.spawnLocation) { lines += "\nspawned at \(location)" }
            next = task.parent
        }
        return lines
    }

    /// An uncaught error unwinds the running task: remembers its stack, and where the task came from. An error
    /// that another task failed with, and this one only passed on, keeps that task's.
    func noteFailure(_ state: OpaquePointer, at index: Int32) {
        guard let running, running.phase == .live, !running.hasRaised else { return }
        running.hasRaised = true
        let error = value(ofErrorAt: index, on: state)
        if let source = running.errorSource, self.error(of: source) == error {
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

    /// The most values that are copied of an error; a larger one is reported as too large.
    static let mostErrorValues = 10_000

    private func value(ofErrorAt index: Int32, on state: OpaquePointer) -> LuaValue? {
        try? LuaReader(machine: machine, state: state).value(at: index, "the error", mostValues: Self.mostErrorValues)
    }

    /// Where a task was spawned: "shoe.lua:12".
    func spawnLocation(of task: LuaTask) -> String? {
        spawnLocations.describe(task.spawnLocation)
    }
}
