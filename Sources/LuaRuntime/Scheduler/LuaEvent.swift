/// Wakes one waiting task: what the Lua part of the scheduler builds its queues on.
///
/// Set while no task waits, it stays set until one does. `@unchecked Sendable` for the same reason as ``LuaTask``: only the
/// scheduler touches it, on its VM's actor.
final class LuaEvent: LuaObject, @unchecked Sendable {
    static let luaClass = LuaClass(name: "event", properties: [])

    private let releases: ReleaseQueue
    var isSet = false
    /// The ticket of the task that waits.
    var waiter: UInt64?

    /// - Parameter releases: Of the VM that it belongs to.
    init(releases: ReleaseQueue) {
        self.releases = releases
    }

    func belongs(to queue: ReleaseQueue) -> Bool { releases === queue }

    var luaDescription: String { "event" }
    func luaProperty(_ name: String) -> LuaValue? { nil }
}
