import Synchronization

/// A function of a script, held by Swift. Call it with ``LuaVM/call(_:_:parent:timeout:clock:)``.
public final class LuaFunction: Sendable {
    let slot: Int32
    private let releases: ReleaseQueue

    init(slot: Int32, releases: ReleaseQueue) {
        self.slot = slot
        self.releases = releases
    }

    deinit {
        // Any thread may get here, so Lua must not be touched: the VM frees the slot when it next runs.
        releases.add(slot)
    }

    func belongs(to queue: ReleaseQueue) -> Bool {
        releases === queue
    }
}

/// Anchors that Swift no longer refers to, until their VM frees them.
final class ReleaseQueue: Sendable {
    private let slots = Mutex<[Int32]>([])

    func add(_ slot: Int32) {
        slots.withLock { $0.append(slot) }
    }

    func drain() -> [Int32] {
        slots.withLock { slots in
            defer { slots = [] }
            return slots
        }
    }
}
