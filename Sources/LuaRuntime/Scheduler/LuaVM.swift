import CLuaBridge
import Synchronization

/// A Lua 5.4 virtual machine: the one owner of its state.
///
/// Scripts run on the actor, one task at a time; whenever a task waits for work of the host, the others go on. Values
/// cross as copies or as references that are safe to hold anywhere.
///
/// ```swift
/// let vm = try LuaVM(modules: [myModule])
/// let results = try await vm.run(LuaChunk("return 1 + 1", name: "sum"))
/// ```
public actor LuaVM {
    /// Why a script is stopped from outside.
    public enum StopReason: Sendable {
        case canceled
        case timeout

        var code: Int32 {
            switch self {
            case .canceled: Int32(SPL_STOP_CANCELED)
            case .timeout: Int32(SPL_STOP_TIMEOUT)
            }
        }
    }

    private let executor = LuaExecutor()
    /// A serial queue of the VM's own: a busy script takes no thread of Swift's shared pool.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    let machine: LuaMachine
    /// The evaluations under way, by their run's number.
    var evaluations: [Int: LuaTask] = [:]
    nonisolated let interruptSwitch: InterruptSwitch
    private nonisolated let clock: any Clock<Duration>
    private nonisolated let closing: Duration

    /// - Throws: ``LuaError`` if memory runs out, or a module's own Lua text does not compile.
    /// - Parameter clock: Measures what scripts wait for, and ``LuaLimits/closing``.
    public init(
        limits: LuaLimits = LuaLimits(), modules: [LuaModule] = [], clock: any Clock<Duration> = ContinuousClock()
    ) throws {
        machine = try LuaMachine(limits: limits, modules: [LuaScheduler.primitives(clock: clock)] + modules)
        interruptSwitch = InterruptSwitch(machine)
        self.clock = clock
        closing = limits.closing
    }

    /// Before anything new: tells the scheduler whose actor it works on, since an initializer cannot, and lets go of what
    /// Swift no longer refers to, since memory may have run out.
    func connect() {
        machine.scheduler.owner = self
        machine.drainReleases()
    }

    // MARK: Running

    /// Compiles and runs a chunk, and waits until it and every task it spawned have ended.
    ///
    /// Cancelling the calling task stops the script wherever it is, also inside `pcall` and its own coroutines;
    /// `<close>` variables still run, and may wait, for ``LuaLimits/closing``. Work of the host that was under way has
    /// ended when this returns.
    ///
    /// - Parameters:
    ///   - arguments: What `...` is in the chunk.
    ///   - timeout: How long it may take; nil for no limit.
    /// - Returns: What the chunk returns.
    /// - Throws: ``LuaError``; `CancellationError` if the calling task was cancelled.
    @discardableResult
    public func run(
        _ chunk: LuaChunk, arguments: [LuaValue] = [], timeout: Duration? = nil,
        clock: any Clock<Duration> = ContinuousClock()
    ) async throws -> [LuaValue] {
        try await runToEnd(chunk, arguments, timeout, clock, keepsResults: true)
    }

    /// Like ``run(_:arguments:timeout:clock:)``, for a chunk whose results nobody wants: they may be anything.
    public func execute(
        _ chunk: LuaChunk, arguments: [LuaValue] = [], timeout: Duration? = nil,
        clock: any Clock<Duration> = ContinuousClock()
    ) async throws {
        _ = try await runToEnd(chunk, arguments, timeout, clock, keepsResults: false)
    }

    /// Calls a function of the script, as a child of `parent` if there is one.
    ///
    /// - Throws: ``LuaError``; `CancellationError` if the calling task was cancelled.
    public func call(
        _ function: LuaFunction, _ arguments: [LuaValue], parent: LuaTask? = nil
    ) async throws -> [LuaValue] {
        guard function.belongs(to: machine.releases) else {
            throw LuaArgumentError("a function cannot move to another script")
        }
        try put(arguments)
        var slot: Int32 = 0
        guard let thread = spl_thread_call(machine.vm, function.slot, &slot) else {
            throw LuaError(.memory, String(cString: spl_failure(machine.vm)))
        }
        let task = machine.scheduler.add(thread, slot: slot, parent: parent)
        let result = await withTaskCancellationHandler {
            await finish(task)
        } onCancel: {
            Task { await self.cancel(task, .canceled) }
        }
        if case .failure = result, Task.isCancelled { throw CancellationError() }
        return try result.get()
    }

    private func runToEnd(
        _ chunk: LuaChunk, _ arguments: [LuaValue], _ timeout: Duration?, _ clock: any Clock<Duration>,
        keepsResults: Bool
    ) async throws -> [LuaValue] {
        let task = try load(chunk, arguments)
        let run = interruptSwitch.begin()
        let alarm = timeout.map { startAlarm(task, after: $0, run: run, clock: clock) }
        defer {
            alarm?.cancel()
            interruptSwitch.end(run)
        }
        let result = await withTaskCancellationHandler {
            await finish(task, keepsResults: keepsResults)
        } onCancel: { [interruptSwitch] in
            // The actor may be busy running the script: the flag reaches it there, the cancel when it waits.
            interruptSwitch.stop(.canceled, run: run)
            Task { await self.cancel(task, .canceled) }
        }
        // What was under way when the script ended may still be cleaning up after itself.
        while let work = machine.scheduler.orphans.first { await work.value.value }
        if case .failure = result, Task.isCancelled { throw CancellationError() }
        return try result.get()
    }

    /// Not on the actor, which a script can keep busy for as long as it likes.
    private nonisolated func startAlarm(
        _ task: LuaTask, after limit: Duration, run: Int, clock: any Clock<Duration>
    ) -> Task<Void, any Error> {
        Task {
            try await clock.sleep(for: limit)
            interruptSwitch.stop(.timeout, run: run)
            await cancel(task, .timeout)
        }
    }

    /// Measures the time that `<close>` variables have. Not on the actor, for the same reason.
    nonisolated func measure(_ grace: GracePeriod) -> Task<Void, Never> {
        Task {
            guard (try? await clock.sleep(for: closing)) != nil else { return }
            grace.expire()
            interruptSwitch.nudge()
            await expire(grace)
        }
    }

    private func expire(_ grace: GracePeriod) {
        machine.scheduler.expire(grace)
        drain()
    }

    private func load(_ chunk: LuaChunk, _ arguments: [LuaValue]) throws -> LuaTask {
        try put(arguments)
        var slot: Int32 = 0
        let thread = chunk.source.withUnsafeBytes { bytes in
            spl_thread_load(
                machine.vm, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count, "@\(chunk.name)", &slot
            )
        }
        guard let thread else {
            let message = String(cString: spl_failure(machine.vm))
            throw LuaError(message == "not enough memory" ? .memory : .syntax, message)
        }
        return machine.scheduler.add(thread, slot: slot, parent: nil)
    }

    func put(_ arguments: [LuaValue]) throws {
        connect()
        let writer = LuaWriter(machine: machine)
        do {
            for argument in arguments { try writer.put(argument) }
        } catch {
            spl_reset_buffer(machine.vm)
            throw error
        }
    }

    func finish(_ task: LuaTask, keepsResults: Bool = true) async -> Result<[LuaValue], LuaError> {
        await withCheckedContinuation { continuation in
            machine.scheduler.observe(task) { [machine] ended in
                let isDropped = !keepsResults && !ended.hasFailed
                continuation.resume(returning: isDropped ? .success([]) : machine.scheduler.result(of: ended))
            }
            drain()
        }
    }

    private func drain() {
        // The rest comes after whatever has arrived meanwhile.
        if machine.scheduler.drain() { Task { self.drain() } }
    }

    /// Begins work that a script waits for. The script comes first: the work starts at this VM's next turn.
    func start(_ body: @escaping LuaFunctionDefinition.Work, _ context: LuaContext, ticket: UInt64) -> Task<Void, Never>
    {
        Task {
            let result: Result<LuaValue, any Error>
            do {
                result = .success(try await body(context))
            } catch {
                result = .failure(error)
            }
            self.machine.scheduler.deliver(result, to: ticket)
            self.drain()
        }
    }

    func cancel(_ task: LuaTask, _ reason: StopReason) {
        machine.scheduler.cancel(task, reason: reason.code)
        drain()
    }

    func cancel(_ tasks: [LuaTask]) {
        machine.scheduler.cancel(tasks, reason: StopReason.canceled.code)
        drain()
    }

    // MARK: Looking inside

    /// The release of Lua that scripts run on, such as `5.4.6`.
    public static var luaVersion: String { String(cString: spl_lua_release()) }

    /// Bytes of Lua values now.
    public var memoryUsed: Int { spl_memory_used(machine.vm) }

    /// Allocations so far.
    package var allocations: UInt64 { spl_allocations(machine.vm) }

    /// Makes `count` allocations fail, starting with the `n`-th from now; 0 disarms. For tests of running out of memory.
    package func failAllocation(_ n: UInt64, count: UInt64) {
        spl_fail_allocation(machine.vm, n, count)
    }

    /// Gives scripts liblua's own string functions, unbounded, as a global; for tests that compare them with ours.
    package func exposeStockStrings(as name: String) throws {
        guard spl_expose_stock_strings(machine.vm, name) else {
            throw LuaError(.memory, String(cString: spl_failure(machine.vm)))
        }
    }

    /// Collects what the script no longer needs.
    public func collectGarbage() {
        machine.drainReleases()
        // Objects that Lua lets go may have held on to Lua values themselves: a task holds its thread.
        repeat { spl_collect_garbage(machine.vm) } while machine.drainReleases()
    }
}

/// The one thing about a running VM that other threads may touch: its stop flag.
///
/// `@unchecked Sendable`: the pointer is used only to set an atomic flag, and the machine is held so that it is valid.
final class InterruptSwitch: @unchecked Sendable {
    private let machine: LuaMachine

    init(_ machine: LuaMachine) {
        self.machine = machine
    }

    private struct State {
        var lastRun = 0
        var running: Set<Int> = []
    }

    private let state = Mutex(State())

    /// Begins a run; the number tells it from those before, whose alarms may come late.
    func begin() -> Int {
        state.withLock { state in
            state.lastRun += 1
            state.running.insert(state.lastRun)
            return state.lastRun
        }
    }

    /// Stops everything the VM runs, unless the run has ended.
    ///
    /// - Returns: Whether the run was still under way.
    @discardableResult
    func stop(_ reason: LuaVM.StopReason, run: Int) -> Bool {
        state.withLock { state in
            let isRunning = state.running.contains(run)
            if isRunning { spl_interrupt(machine.vm, reason.code) }
            return isRunning
        }
    }

    func isRunning(_ run: Int) -> Bool {
        state.withLock { $0.running.contains(run) }
    }

    /// If the VM is busy with `<close>` variables, it asks whether they still have time.
    func nudge() {
        spl_nudge(machine.vm)
    }

    func end(_ run: Int) {
        state.withLock { state in
            state.running.remove(run)
            if state.running.isEmpty { spl_interrupt(machine.vm, Int32(SPL_RUN)) }
        }
    }
}
