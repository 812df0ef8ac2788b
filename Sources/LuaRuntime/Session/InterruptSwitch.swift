import CLuaBridge
import Synchronization

/// Stops whatever keeps a session's VM busy. Any thread may use it.
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

    /// Begins a run; the number distinguishes it from those before, whose alarms may come late.
    func begin() -> Int {
        state.withLock { state in
            state.lastRun += 1
            state.running.insert(state.lastRun)
            return state.lastRun
        }
    }

    /// Stops whatever the VM runs, unless the run has ended.
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

    /// Makes a VM that is busy with `<close>` variables ask whether their grace period is over.
    func checkGrace() {
        spl_check_grace(machine.vm)
    }

    func end(_ run: Int) {
        state.withLock { state in
            state.running.remove(run)
            if state.running.isEmpty { spl_interrupt(machine.vm, Int32(SPL_RUN)) }
        }
    }
}
