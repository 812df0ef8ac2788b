import CLuaBridge

/// One strand of a script: its own coroutine, a parent, and children that never outlive it.
///
/// `@unchecked Sendable`: every mutable property is read and written only by the ``LuaScheduler``, on its VM's actor.
/// The reference may be dropped anywhere, and `deinit` does no more than queue the release of the thread.
public final class LuaTask: LuaObject, @unchecked Sendable {
    enum State {
        /// `due` is a ticket that was delivered and not taken yet; 0 for none.
        case ready(due: UInt64)
        case running
        case waiting(ticket: UInt64)
        /// It is to be stopped, as soon as its children have ended.
        case stopping
        /// The code has ended; children have not.
        case awaitingChildren
        case ended
    }

    enum Outcome {
        /// The results are values 1 … count of the thread.
        case finished(count: Int32)
        /// The error is on top of the thread.
        case failed
        /// It was ended from outside; `stop` says why.
        case stopped
        /// A task that none had joined failed, a child or a child's child; its error counts as this task's own. It is never one
        /// that failed so itself: a chain of them would be as long as tasks nest.
        case failedBy(LuaTask)
        /// Memory ran out before there was an error to keep.
        case exhausted
    }

    /// How far the stopping of a task has come.
    enum Phase {
        /// It has not begun.
        case live
        /// The stop was raised, and `<close>` variables run.
        case unwinding
        /// Their grace period is over, and the last stop was raised, which no code of the task survives.
        case terminating
    }

    /// In one byte: there can be ten thousand tasks.
    private struct Flags: OptionSet {
        var rawValue: UInt8

        static let hasStarted = Flags(rawValue: 1)
        static let detachesChildren = Flags(rawValue: 2)
        static let isObserved = Flags(rawValue: 4)
        static let awaitsEvent = Flags(rawValue: 8)
        static let hasRaised = Flags(rawValue: 16)

        subscript(flag: Flags) -> Bool {
            get { contains(flag) }
            set { if newValue { insert(flag) } else { remove(flag) } }
        }
    }

    /// What few tasks have.
    private final class Details {
        var children: [LuaTask] = []
        var traceback = ""
        var errorSource: LuaTask?
        var grace: GracePeriod?
        var label: Label?
    }

    /// A reference, since every wait has room for one.
    final class Label: Sendable {
        let text: String

        init(_ text: String) {
            self.text = text
        }
    }

    let thread: OpaquePointer
    private let releases: ReleaseQueue
    /// Not counted: a parent ends after its children, which release it when they end.
    private(set) unowned(unsafe) var parent: LuaTask?
    var observers: [(LuaTask) -> Void] = []
    /// Its own position, or that of the task that has spawned it, see ``position``.
    private var basePosition: TaskPosition?
    private var details: Details?
    // In this order the small ones lie in the gaps behind the two of nine bytes: there can be ten thousand tasks.
    var outcome: Outcome?
    private var stopReason: UInt8 = 0
    var phase = Phase.live
    private var flags: Flags = []
    /// How many tasks there are above it.
    let depth: UInt16
    /// The run that it belongs to, see ``RunTable``.
    var run: RunTable.Slot = 0
    var state = State.ready(due: 0)
    /// Whether what it waits for goes on without it: when it is stopped, nothing was given up. Set before it waits, and never
    /// changed after that, so that the host's work for it may read it on any thread.
    var onlyObserves = false
    /// As which of its parent's it was spawned; 0 once ``basePosition`` is its own.
    private var spawnNumber: UInt16 = 0
    private var packedLocation = SpawnLocations.Location.none.packed
    private let slot: Int32
    /// Where this one is among its parent's.
    private var childIndex: Int32 = 0

    init(thread: OpaquePointer, slot: Int32, releases: ReleaseQueue, parent: LuaTask?) {
        self.thread = thread
        self.slot = slot
        self.releases = releases
        self.parent = parent
        depth = parent.map { $0.depth + 1 } ?? 0
        run = parent?.run ?? 0
    }

    deinit {
        releases.add(slot)
        // By a loop: released one within the other, ten thousand would need more stack than a thread has.
        var family = children
        details?.children = []
        while var last = family.popLast() {
            guard isKnownUniquelyReferenced(&last) else { continue }
            family += last.children
            last.details?.children = []
        }
    }

    /// The task whose error this one's end is: itself, or the innermost of those that failed while no task waited for them.
    var failed: LuaTask {
        if case .failedBy(let child) = outcome { child } else { self }
    }

    func belongs(to queue: ReleaseQueue) -> Bool { releases === queue }

    /// Where the script spawned it.
    var spawnLocation: SpawnLocations.Location {
        get { SpawnLocations.Location(packed: packedLocation) }
        set { packedLocation = newValue.packed }
    }

    /// Those that it has spawned and that have not ended.
    var children: [LuaTask] { details?.children ?? [] }

    /// Where in the script's run it is; nil for callbacks, whose order is not fixed.
    ///
    /// Made when it is first asked for: most tasks count nothing and draw nothing, and there can be ten thousand.
    var position: TaskPosition? {
        get {
            guard spawnNumber != 0, let above = basePosition else { return basePosition }
            let own = TaskPosition("spawn", Int(spawnNumber), in: above)
            (basePosition, spawnNumber) = (own, 0)
            return own
        }
        set { (basePosition, spawnNumber) = (newValue, 0) }
    }

    /// Its position is that of the next task that is spawned at `position`.
    func becomeNextSpawn(of position: TaskPosition) {
        let number = position.count("spawn")
        if let small = UInt16(exactly: number) {
            (basePosition, spawnNumber) = (position, small)
        } else {
            self.position = TaskPosition("spawn", number, in: position)
        }
    }

    /// Whether its code has begun.
    var hasStarted: Bool {
        get { flags[.hasStarted] }
        set { flags[.hasStarted] = newValue }
    }

    /// Whether children go on by themselves when the code has ended well: a session's evaluations do that.
    var detachesChildren: Bool {
        get { flags[.detachesChildren] }
        set { flags[.detachesChildren] = newValue }
    }

    /// Whether a task waits for its end or has waited, and so gets its failure.
    var isObserved: Bool {
        get { flags[.isObserved] }
        set { flags[.isObserved] = newValue }
    }

    /// Whether it waits for an event: a child that fails meanwhile may be the one that was to set it.
    var awaitsEvent: Bool {
        get { flags[.awaitsEvent] }
        set { flags[.awaitsEvent] = newValue }
    }

    /// Whether an error that its code did not catch has begun to unwind it.
    var hasRaised: Bool {
        get { flags[.hasRaised] }
        set { flags[.hasRaised] = newValue }
    }

    /// Why the task must end: one of the bridge's stop reasons.
    var stop: Int32 {
        get { Int32(stopReason) }
        set { stopReason = UInt8(truncatingIfNeeded: newValue) }
    }

    /// Where the task was when it failed, and where it and those above it were spawned.
    var traceback: String {
        get { details?.traceback ?? "" }
        set { if details != nil || !newValue.isEmpty { existingDetails.traceback = newValue } }
    }

    /// The task whose error was last raised in this one, by waiting for it.
    var errorSource: LuaTask? {
        get { details?.errorSource }
        set { if details != nil || newValue != nil { existingDetails.errorSource = newValue } }
    }

    /// Bounds what the task may still do: its own stop's, or that of the task which spawned it in a `<close>` variable.
    var grace: GracePeriod? {
        get { details?.grace }
        set { if details != nil || newValue != nil { existingDetails.grace = newValue } }
    }

    /// What the script calls the work that it does, such as the item of a list.
    var label: Label? {
        get { details?.label }
        set { if details != nil || newValue != nil { existingDetails.label = newValue } }
    }

    private var existingDetails: Details {
        let existing = details ?? Details()
        details = existing
        return existing
    }

    func addChild(_ child: LuaTask) {
        let details = existingDetails
        child.childIndex = Int32(truncatingIfNeeded: details.children.count)
        details.children.append(child)
    }

    func leaveParent() {
        guard let parent, let family = parent.details else { return }
        self.parent = nil
        // The last one moves to its index, so that leaving takes no longer among ten thousand.
        let last = family.children.removeLast()
        guard last !== self else { return }
        family.children[Int(childIndex)] = last
        last.childIndex = childIndex
    }

    /// Values on the thread of a task that succeeded.
    var resultCount: Int32 {
        if case .finished(let count) = outcome { count } else { 0 }
    }

    var hasFailed: Bool {
        switch outcome {
        case .failed, .failedBy, .stopped, .exhausted: true
        case .finished, nil: false
        }
    }

    /// What scripts can do with a task: wait for it, end it, and ask how it stands.
    public static let luaClass = LuaClass(
        name: "task", summary: "A function that runs beside the script.",
        properties: ["status: \"running\"|\"succeeded\"|\"failed\"|\"canceled\""],
        methods: [
            .scheduled(
                "join",
                LuaFunctionDescription("Waits for it, and gives its results or raises its error.", returns: "any")
            ) { arguments, scheduler in
                try scheduler.join(try arguments.receiver(LuaTask.self))
            },
            .scheduled("cancel", LuaFunctionDescription("Ends it, and all that it started.")) { arguments, scheduler in
                scheduler.cancel(try arguments.receiver(LuaTask.self), reason: Int32(SPL_STOP_CANCELED))
                return scheduler.issueDueTicket()
            },
        ], closedBy: "cancel")

    /// With the status, as `tostring` gives it.
    public var luaDescription: String { "task (\(status))" }

    /// `status`: running, succeeded, failed or canceled.
    public func luaProperty(_ name: String) -> LuaValue? {
        name == "status" ? .string(status) : nil
    }

    private var status: String {
        switch outcome {
        case nil: stop == SPL_RUN ? "running" : "canceled"
        case .finished: "succeeded"
        case .stopped: "canceled"
        case .failed, .failedBy, .exhausted: "failed"
        }
    }
}
