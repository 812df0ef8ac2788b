/// Where waiting work belongs: the VM it came from and the task that waits for it.
public struct LuaContext: Sendable {
    /// The VM of the script that waits. Functions of the script can be called only here, best by ``call(_:_:)``.
    public let vm: LuaVM
    let task: LuaTask
    /// What the script calls the work that the task does: the item of `map`, where that has a short name. Nil for most.
    public var label: String? { taskLabel?.text }
    private let taskLabel: LuaTask.Label?
    /// Whether the script only observes the end, as in `completed`: to stop that gives no prediction up.
    public var onlyObserves: Bool { task.onlyObserves }

    init(vm: LuaVM, task: LuaTask) {
        self.vm = vm
        self.task = task
        taskLabel = task.label
    }

    /// Calls back into the script, in a task of its own that ends with the caller's.
    ///
    /// - Parameter timeout: How long it may take; nil for as long as the caller's task goes on.
    /// - Throws: ``LuaError`` if the function raises or runs out of time, or if the script no longer waits for the work;
    ///   `CancellationError` if the work is cancelled.
    @discardableResult
    public func call(
        _ function: LuaFunction, _ arguments: [LuaValue], timeout: Duration? = nil
    ) async throws -> [LuaValue] {
        try await vm.call(function, arguments, parent: task, timeout: timeout)
    }
}
