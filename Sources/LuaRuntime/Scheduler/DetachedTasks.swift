/// What a session's evaluations left running.
struct DetachedTasks {
    private var tasks: [ObjectIdentifier: LuaTask] = [:]
    /// Called with the error of each that failed while no task waited for it; nil outside of sessions.
    var onFailure: (@Sendable (LuaError) -> Void)?

    /// Whether there is a session.
    var isOpen: Bool { onFailure != nil }

    var isEmpty: Bool { tasks.isEmpty }

    var all: Dictionary<ObjectIdentifier, LuaTask>.Values { tasks.values }

    mutating func add(_ task: LuaTask) {
        tasks[ObjectIdentifier(task)] = task
    }

    /// - Returns: Whether it was one of them.
    mutating func remove(_ task: LuaTask) -> Bool {
        tasks.removeValue(forKey: ObjectIdentifier(task)) != nil
    }
}
