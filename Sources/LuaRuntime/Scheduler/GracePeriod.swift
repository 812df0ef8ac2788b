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
    private var outer: GracePeriod?
    /// The tasks that it bounds, children before their parents, including those that have ended.
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

    deinit {
        // By a loop: they can be as many as tasks nest.
        var next = outer
        outer = nil
        while next != nil, isKnownUniquelyReferenced(&next) {
            let further = next?.outer
            next?.outer = nil
            next = further
        }
    }

    /// This one and those around it, as often as tasks were stopped while they belonged to one.
    private var periods: UnfoldFirstSequence<GracePeriod> { sequence(first: self) { $0.outer } }

    /// What counted in its members before the stop.
    var formerEpoch: UInt64 { outer?.epoch ?? 0 }

    /// - Parameter task: A member of the outer one already, if there is an outer one.
    func add(_ task: LuaTask) {
        members.append(task)
        running += 1
    }

    /// One of the members has ended.
    func leave() {
        for period in periods {
            period.running -= 1
            if period.running == 0 {
                period.alarm?.cancel()
                period.alarm = nil
                period.members = []
            }
        }
    }

    /// Whether it is being measured.
    var isWatched: Bool { isOver || periods.contains { $0.alarm != nil } }

    /// Begins it, unless it has begun.
    func watch(_ start: (GracePeriod) -> Task<Void, Never>) {
        var outermost = self
        for period in periods { outermost = period }
        guard outermost.alarm == nil, !outermost.isOver, outermost.running > 0 else { return }
        outermost.alarm = start(outermost)
    }

    /// The time is up. Any thread may call this.
    func expire() {
        hasExpired.store(true, ordering: .sequentiallyConsistent)
    }

    /// Any thread may ask.
    var isOver: Bool { periods.contains { $0.hasExpired.load(ordering: .sequentiallyConsistent) } }

    /// - Parameter next: Gives a number that no stop has had.
    func lastEpoch(_ next: () -> UInt64) -> UInt64 {
        if lastEpoch == 0 { lastEpoch = next() }
        return lastEpoch
    }
}
