import CLuaBridge
import Synchronization

/// The stop of one run, for which any thread may ask.
///
/// It reaches the tasks of its run, and of runs within it, wherever they are: the one that runs is stopped by a flag which
/// the VM looks at, and those that wait by ``LuaVM``. Until the run has ended, any other task that runs yields again and
/// again, so that the run's `<close>` variables make progress.
///
/// `@unchecked Sendable`: other threads use the pointers only to set atomic flags, and the machine is held so that they are
/// valid; the rest is touched on the VM's actor only.
final class RunStop: @unchecked Sendable {
    private let machine: LuaMachine
    /// Its stop is this one's, too.
    private let outer: RunStop?
    let flag: OpaquePointer
    /// The task that the run began with.
    unowned(unsafe) let task: LuaTask
    private struct State {
        var requests = 0
        var isOver = false
    }

    private let state = Mutex(State())

    /// - Throws: ``LuaError`` of kind memory.
    init(_ task: LuaTask, within outer: RunStop?, on machine: LuaMachine) throws(LuaError) {
        guard let flag = spl_run_create(outer?.flag) else { throw LuaError(.memory, "not enough memory") }
        self.flag = flag
        self.machine = machine
        self.outer = outer
        self.task = task
    }

    deinit {
        spl_run_free(flag)
    }

    /// Why it is to be stopped: the first reason that was given; `SPL_RUN` for none.
    var reason: Int32 { spl_run_reason(flag) }

    /// Asks for the stop, unless the run is over. The caller must then make the VM cancel the run's task.
    func request(_ reason: LuaVM.StopReason) {
        state.withLock { state in
            guard !state.isOver else { return }
            state.requests += 1
            spl_stop_run(machine.vm, flag, reason.code)
        }
    }

    /// The run is over; there may be no task any more.
    func end() {
        state.withLock { state in
            state.isOver = true
            for _ in 0..<state.requests { spl_stop_served(machine.vm) }
        }
    }

    var isOver: Bool { state.withLock { $0.isOver } }
}

/// The runs of a VM that are under way, by a number that tasks have room for.
struct RunTable {
    /// 0 is that of no run.
    typealias Slot = UInt16

    private var runs: [RunStop?] = [nil]
    /// Their flags, which every resume looks at.
    private var flags: [OpaquePointer?] = [nil]
    private var free: [Slot] = []

    subscript(slot: Slot) -> RunStop? { runs[Int(slot)] }

    func flag(of slot: Slot) -> OpaquePointer? { flags[Int(slot)] }

    /// - Throws: ``LuaArgumentError`` if there are too many.
    mutating func add(_ run: RunStop) throws(LuaArgumentError) -> Slot {
        if let slot = free.popLast() {
            runs[Int(slot)] = run
            flags[Int(slot)] = run.flag
            return slot
        }
        guard runs.count <= Int(Slot.max) else {
            throw LuaArgumentError("a VM has at most \(Slot.max) runs at once")
        }
        runs.append(run)
        flags.append(run.flag)
        return Slot(runs.count - 1)
    }

    mutating func remove(_ slot: Slot) {
        guard slot != 0 else { return }
        runs[Int(slot)] = nil
        flags[Int(slot)] = nil
        free.append(slot)
    }
}
