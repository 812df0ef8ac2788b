import SpeedPixTestSupport

/// A time and everything that happens in it, decided by a seed alone: one step after the other on the thread that runs it.
///
/// Unchecked: nothing in it is touched from another thread.
final class SimulatedWorld: @unchecked Sendable {
    private struct Event {
        var time: Duration
        var order: Int
        var action: () -> Void
    }

    var random: SeededGenerator
    private(set) var time: Duration = .zero
    /// Whether messages get lost, and processes are stopped and killed.
    var hasFaults = true
    /// How often processes are stopped and killed.
    private let severity: Int
    /// Nothing reaches the log's server before this time.
    var outageEnd: Duration = .zero
    /// What must not have happened.
    private(set) var violations: [String] = []
    /// What has happened, to be read when something went wrong.
    private(set) var history: [String] = []
    private let keepsHistory: Bool
    private var processes: [SimulatedProcess] = []
    private var events: [Event] = []
    private var order = 0
    private var names = 0
    /// Called when a process is killed.
    var onKill: (SimulatedProcess) -> Void = { _ in }

    init(seed: UInt64, keepsHistory: Bool = false) {
        random = SeededGenerator(seed: seed)
        severity = random.pick([1, 4, 10])
        self.keepsHistory = keepsHistory
    }

    var clock: SimulatedClock { SimulatedClock(world: self) }

    func violated(_ rule: String) {
        violations.append("\(time): \(rule)")
        tell("VIOLATION \(rule)")
    }

    func tell(_ text: @autoclosure () -> String) {
        if keepsHistory { history.append("\(time): \(text())") }
    }

    /// Never the same twice.
    func newName(_ prefix: String) -> String {
        names += 1
        return "\(prefix)\(names)"
    }

    func milliseconds(_ range: ClosedRange<Int>) -> Duration {
        .milliseconds(Int.random(in: range, using: &random))
    }

    /// Whether a fault of this probability happens now.
    func fails(_ perMille: Int) -> Bool { hasFaults && random.below(1000) < perMille }

    func after(_ delay: Duration, _ action: @escaping () -> Void) {
        order += 1
        events.append(Event(time: time + delay, order: order, action: action))
    }

    func start(_ name: String, _ body: @escaping @Sendable (SimulatedProcess) async -> Void) -> SimulatedProcess {
        let process = SimulatedProcess(name: name)
        processes.append(process)
        Task(executorPreference: process) { await body(process) }
        return process
    }

    func kill(_ process: SimulatedProcess) {
        tell("\(process.name) is killed")
        process.isDead = true
        processes.removeAll { $0 === process }
        onKill(process)
    }

    /// Goes on until the condition holds.
    ///
    /// - Returns: Whether it does; false if nothing happens any more, or the time is up.
    func run(for limit: Duration, until isDone: () -> Bool) -> Bool {
        let end = time + limit
        while !isDone() {
            let ready = processes.filter { !$0.jobs.isEmpty && (!hasFaults || $0.pausedUntil <= time) }
            guard ready.isEmpty else {
                step(random.pick(ready))
                continue
            }
            guard
                let next = events.indices.min(by: {
                    (events[$0].time, events[$0].order) < (events[$1].time, events[$1].order)
                })
            else { return false }
            guard events[next].time <= end else { return false }
            let event = events.remove(at: next)
            time = max(time, event.time)
            event.action()
        }
        return true
    }

    private func step(_ process: SimulatedProcess) {
        if fails(severity) { return kill(process) }
        if fails(2 * severity) {
            let pause = milliseconds(100...(random.chance(30) ? 600_000 : 60_000))
            process.pausedUntil = time + pause
            tell("\(process.name) is stopped for \(pause)")
            return after(pause) {}
        }
        process.jobs.remove(at: random.below(process.jobs.count)).runSynchronously(on: process.asUnownedTaskExecutor())
    }
}

/// A process: its tasks go on while it is neither stopped nor dead. What it has sent goes its way all the same.
final class SimulatedProcess: TaskExecutor, @unchecked Sendable {
    let name: String
    var jobs: [UnownedJob] = []
    var pausedUntil: Duration = .zero
    var isDead = false

    init(name: String) { self.name = name }

    func enqueue(_ job: consuming ExecutorJob) { jobs.append(UnownedJob(job)) }
}

/// The world's time.
struct SimulatedClock: Clock {
    struct Instant: InstantProtocol {
        var offset: Duration
        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    let world: SimulatedWorld
    var now: Instant { Instant(offset: world.time) }
    var minimumResolution: Duration { .nanoseconds(1) }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let answer = Answer<Void>()
        world.after(max(deadline.offset - world.time, .zero)) { answer.give(()) }
        await answer.wait()
        try Task.checkCancellation()
    }
}

/// What somebody waits for; only the first counts.
final class Answer<Value: Sendable>: @unchecked Sendable {
    private var value: Value?
    private var continuation: UnsafeContinuation<Value, Never>?

    func give(_ given: Value) {
        guard value == nil else { return }
        value = given
        continuation?.resume(returning: given)
        continuation = nil
    }

    func wait() async -> Value {
        await withUnsafeContinuation { continuation in
            if let value { continuation.resume(returning: value) } else { self.continuation = continuation }
        }
    }
}
