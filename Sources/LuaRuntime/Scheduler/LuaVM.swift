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
    /// - Parameters:
    ///   - clock: Measures what scripts wait for, and ``LuaLimits/closing``.
    ///   - seed: What `math.random` begins with. Each task and each item of `map` has a stream of its own, made of it, so
    ///     that the same script draws the same numbers whichever of its tasks ends first. Nil for one that is drawn.
    ///   - replayLog: Records what a script that is run again has to find as it was; nil for a script that is not run again.
    public init(
        limits: LuaLimits = LuaLimits(), modules: [LuaModule] = [], clock: any Clock<Duration> = ContinuousClock(),
        seed: Int64? = nil, replayLog: (any LuaReplayLog)? = nil
    ) throws {
        machine = try LuaMachine(
            limits: limits, modules: [LuaScheduler.primitives(clock: clock)] + modules,
            seed: seed.map { UInt64(bitPattern: $0) } ?? UInt64.random(in: 0 ... .max), replayLog: replayLog)
        interruptSwitch = InterruptSwitch(machine)
        self.clock = clock
        closing = limits.closing
    }

    /// Called before anything new. Sets the scheduler's VM, which an initializer cannot do, and frees what Swift no longer
    /// refers to, since memory may have run out.
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
    /// Many runs and calls may be under way at once on one VM, up to 65,535. They take turns when they wait; one that computes
    /// holds up the others until it waits or ends, but not their timeouts and cancellations: for those it gives up its turn,
    /// unless it is inside a function that Lua cannot leave and come back to, such as a comparator of `table.sort`. A timeout
    /// or a cancellation ends the tasks of its own run, and of calls that those wait for, and no others.
    ///
    /// - Parameters:
    ///   - arguments: What `...` is in the chunk.
    ///   - timeout: How long it may take; nil for no limit.
    /// - Returns: What the chunk returns.
    /// - Throws: ``LuaError``, with the code `invalid_argument` for an argument that cannot be passed; `CancellationError` if
    ///   the calling task was cancelled.
    @discardableResult
    public func run(
        _ chunk: LuaChunk, arguments: [LuaValue] = [], timeout: Duration? = nil,
        clock: any Clock<Duration> = ContinuousClock()
    ) async throws -> [LuaValue] {
        try await runToEnd(load(chunk, arguments), timeout: timeout, clock: clock, keepsResults: true)
    }

    /// Like ``run(_:arguments:timeout:clock:)``, for a chunk whose results are not used: they may be of any type.
    public func execute(
        _ chunk: LuaChunk, arguments: [LuaValue] = [], timeout: Duration? = nil,
        clock: any Clock<Duration> = ContinuousClock()
    ) async throws {
        _ = try await runToEnd(load(chunk, arguments), timeout: timeout, clock: clock, keepsResults: false)
    }

    /// Calls a function of the script, as a child of `parent` if there is one. It is stopped as a ``run(_:arguments:timeout:clock:)``
    /// is.
    ///
    /// - Parameters:
    ///   - parent: Must not have ended: a task ends after its children.
    ///   - timeout: How long it may take; nil for no limit of its own.
    /// - Throws: ``LuaError``, with the code `invalid_argument` if the function, an argument or the parent belongs to another
    ///   VM, or the parent has ended; `CancellationError` if the calling task was cancelled.
    public func call(
        _ function: LuaFunction, _ arguments: [LuaValue], parent: LuaTask? = nil, timeout: Duration? = nil,
        clock: any Clock<Duration> = ContinuousClock()
    ) async throws -> [LuaValue] {
        do {
            guard function.belongs(to: machine.releases) else {
                throw LuaArgumentError("a function cannot move to another script")
            }
            try check(parent)
            connect()
            try put(arguments)
        } catch {
            throw LuaError(refusing: error)
        }
        var slot: Int32 = 0
        guard let thread = spl_thread_call(machine.vm, function.slot, &slot) else {
            throw LuaError(failureOf: machine.vm)
        }
        return try await runToEnd(
            machine.scheduler.add(thread, slot: slot, parent: parent), timeout: timeout, clock: clock,
            keepsResults: true)
    }

    private func check(_ parent: LuaTask?) throws {
        guard let parent else { return }
        guard parent.belongs(to: machine.releases) else {
            throw LuaArgumentError("a task cannot move to another script")
        }
        if case .ended = parent.state { throw LuaArgumentError("the task that was to be the parent has ended") }
        guard Int(parent.depth) + 1 < machine.taskDepth else {
            throw LuaArgumentError("tasks nest \(machine.taskDepth) deep, and no deeper")
        }
    }

    /// Lets a task run to its end, which the calling task's cancellation and the timeout bring nearer.
    private func runToEnd(
        _ task: LuaTask, timeout: Duration?, clock: any Clock<Duration>, keepsResults: Bool
    ) async throws -> [LuaValue] {
        let scheduler = machine.scheduler
        let run: RunStop
        do {
            run = try RunStop(task, within: scheduler.runs[task.run], on: machine)
            task.run = try scheduler.runs.add(run)
        } catch {
            cancel(task, .canceled)
            throw LuaError(refusing: error)
        }
        let alarm = timeout.map { startAlarm(run, after: $0, clock: clock) }
        defer {
            alarm?.cancel()
            run.end()
            scheduler.runs.remove(task.run)
        }
        let result = await withTaskCancellationHandler {
            await awaitEnd(of: task, keepsResults: keepsResults)
        } onCancel: {
            // The actor may be busy running the script: the flag reaches it there, the cancel when it waits.
            run.request(.canceled)
            Task { await self.serve(run, .canceled) }
        }
        // What was under way when the script ended may still be cleaning up after itself.
        while let work = scheduler.work.abandoned(by: task.run) { await work.value }
        if case .failure = result, Task.isCancelled { throw CancellationError() }
        return try result.get()
    }

    /// Not on the actor, which a script can keep busy for as long as it likes.
    private nonisolated func startAlarm(
        _ run: RunStop, after limit: Duration, clock: any Clock<Duration>
    ) -> Task<Void, any Error> {
        Task {
            try await clock.sleep(for: limit)
            run.request(.timeout)
            await serve(run, .timeout)
        }
    }

    /// Stops the tasks of a run that wait.
    private func serve(_ run: RunStop, _ reason: StopReason) {
        if !run.isOver { cancel(run.task, reason) }
    }

    /// Measures the time that `<close>` variables have. Not on the actor, for the same reason.
    nonisolated func measure(_ grace: GracePeriod) -> Task<Void, Never> {
        Task {
            guard (try? await clock.sleep(for: closing)) != nil else { return }
            grace.expire()
            interruptSwitch.checkGrace()
            await expire(grace)
        }
    }

    private func expire(_ grace: GracePeriod) {
        machine.scheduler.expire(grace)
        drain()
    }

    /// Compiles a chunk; its task is ready to run.
    ///
    /// - Parameter inSession: Whether its globals are the session's variables.
    func load(_ chunk: LuaChunk, _ arguments: [LuaValue], inSession: Bool = false) throws(LuaError) -> LuaTask {
        connect()
        do {
            try put(arguments)
        } catch {
            throw LuaError(refusing: error)
        }
        let compile = inSession ? spl_thread_load_session : spl_thread_load
        var slot: Int32 = 0
        let thread = chunk.source.withUnsafeBytes { bytes in
            compile(
                machine.vm, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count, "@\(chunk.name)", &slot
            )
        }
        guard let thread else { throw LuaError(failureOf: machine.vm) }
        let task = machine.scheduler.add(thread, slot: slot, parent: nil)
        task.position = machine.scheduler.startPosition
        return task
    }

    /// Leaves arguments in the machine's buffer, for the thread that is made next.
    private func put(_ arguments: [LuaValue]) throws {
        let writer = LuaWriter(machine: machine)
        do {
            for argument in arguments { try writer.put(argument) }
        } catch {
            spl_reset_buffer(machine.vm)
            throw error
        }
    }

    /// Runs what is ready, and waits until a task and its children have ended.
    func awaitEnd(of task: LuaTask, keepsResults: Bool) async -> Result<[LuaValue], LuaError> {
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
        guard spl_expose_stock_strings(machine.vm, name) else { throw LuaError(failureOf: machine.vm) }
    }

    /// Collects what the script no longer needs.
    public func collectGarbage() {
        machine.drainReleases()
        // Objects that Lua lets go may have held on to Lua values themselves: a task holds its thread.
        repeat { spl_collect_garbage(machine.vm) } while machine.drainReleases()
    }
}
