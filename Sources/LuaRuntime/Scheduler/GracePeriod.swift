import Synchronization

/// How long `<close>` variables of tasks that were stopped together may still run and wait: ``LuaLimits/closing``, from
/// the moment in which one of them does either for the first time.
///
/// `@unchecked Sendable`: the scheduler touches it on its VM's actor only; what others may is ``expire()`` and ``isOver``.
final class GracePeriod: @unchecked Sendable {
    /// The number of the stop, see `spl_stop`.
    let epoch: UInt64
    /// The number of the last stop, once the period is over; 0 before that.
    private var lastEpoch: UInt64 = 0
    /// A task may be stopped that belongs to a period already: it gets no more time.
    private let outer: GracePeriod?
    /// Those whom it bounds, children before their parents, also when they have ended.
    private(set) var members: [LuaTask] = []
    private var running = 0
    private var alarm: Task<Void, Never>?
    private let hasExpired: Atomic<Bool>

    /// - Parameter isOver: Whether there is no time at all.
    init(epoch: UInt64, within outer: GracePeriod?, isOver: Bool) {
        self.epoch = epoch
        self.outer = outer
        hasExpired = Atomic(isOver)
    }

    /// What counted in its members before the stop.
    var formerEpoch: UInt64 { outer?.epoch ?? 0 }

    /// - Parameter task: A member of the outer one already, if there is an outer one.
    func add(_ task: LuaTask) {
        members.append(task)
        running += 1
    }

    /// One of the members has ended.
    func leave() {
        running -= 1
        if running == 0 {
            alarm?.cancel()
            alarm = nil
            members = []
        }
        outer?.leave()
    }

    /// Whether somebody measures it.
    var isWatched: Bool { isOver || alarm != nil || outer?.isWatched == true }

    /// Begins it, unless it has begun.
    func watch(_ start: (GracePeriod) -> Task<Void, Never>) {
        if let outer { return outer.watch(start) }
        guard alarm == nil, !isOver, running > 0 else { return }
        alarm = start(self)
    }

    /// The time is up. Any thread may call this.
    func expire() {
        hasExpired.store(true, ordering: .sequentiallyConsistent)
    }

    /// Any thread may ask.
    var isOver: Bool { hasExpired.load(ordering: .sequentiallyConsistent) || outer?.isOver == true }

    /// - Parameter next: Gives a number that no stop has had.
    func lastEpoch(_ next: () -> UInt64) -> UInt64 {
        if lastEpoch == 0 { lastEpoch = next() }
        return lastEpoch
    }
}
