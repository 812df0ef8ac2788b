import CLuaBridge

/// One strand of a script: its own coroutine, a parent, and children that never outlive it.
///
/// `@unchecked Sendable`: every mutable property is read and written only by the ``LuaScheduler``, on its VM's actor.
/// The reference may be dropped anywhere, and `deinit` does no more than queue the release of the thread.
public final class LuaTask: LuaObject, @unchecked Sendable {
    enum State {
        case ready
        case running
        case waiting(ticket: UInt64)
        /// The code has ended; children have not.
        case ending
        case ended
    }

    enum Outcome {
        /// The results are values 1 … count of the thread.
        case finished(count: Int32)
        /// The error is on top of the thread.
        case failed
        /// It was ended from outside; `stop` says why.
        case stopped
        /// A child that nobody joined failed; its error counts as this task's own.
        case failedBy(LuaTask)
        /// Memory ran out before there was an error to keep.
        case exhausted
    }

    let thread: OpaquePointer
    private let slot: Int32
    private let releases: ReleaseQueue
    /// Not counted: a parent ends after its children, which forget it when they end.
    private(set) unowned(unsafe) var parent: LuaTask?
    private(set) var children: [LuaTask] = []
    /// Where this one is among its parent's.
    private var childIndex = 0
    var state = State.ready
    var outcome: Outcome?
    /// Why the task must end: one of the bridge's stop reasons.
    var stop = Int32(SPL_RUN)
    /// Where the task was when it failed, and where it and those above it were spawned.
    var traceback = ""
    /// What the script calls the work that it does, such as the item of a list.
    var label: String?
    /// Where the script spawned it.
    var place = SpawnPlaces.Place.none
    /// The task whose error was last raised in this one, by waiting for it.
    var raiser: LuaTask?
    /// Whether children go on by themselves when the code has ended well: a session's evaluations do that.
    var detachesChildren = false
    /// Whether somebody asked how the task ends, and so learns of its failure.
    var isObserved = false
    var observers: [(LuaTask) -> Void] = []
    /// The ticket of an event it waits for: a child that fails meanwhile may be the one that was to set it.
    /// 0 for none.
    var eventTicket: UInt64 = 0
    /// A ticket that was delivered, until the task takes it; 0 for none.
    var dueTicket: UInt64 = 0

    init(thread: OpaquePointer, slot: Int32, releases: ReleaseQueue, parent: LuaTask?) {
        self.thread = thread
        self.slot = slot
        self.releases = releases
        self.parent = parent
    }

    deinit {
        releases.add(slot)
    }

    func adopt(_ child: LuaTask) {
        child.childIndex = children.count
        children.append(child)
    }

    func leaveParent() {
        guard let parent else { return }
        self.parent = nil
        // The last one takes the place, so that leaving takes no longer among ten thousand.
        let last = parent.children.removeLast()
        guard last !== self else { return }
        parent.children[childIndex] = last
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
        name: "task", properties: ["status"],
        methods: [
            .scheduled("join") { arguments, scheduler in
                try scheduler.join(try arguments.receiver(LuaTask.self))
            },
            .scheduled("cancel") { arguments, scheduler in
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
