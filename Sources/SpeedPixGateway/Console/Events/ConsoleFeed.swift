import NIOCore
import SpeedPix
import Synchronization

/// Tells open pages what changes: that predictions are new, begin, go on and end, and that workflows or servers are others now.
///
/// A change goes out at once, those that follow it at most ten times a second: what has changed meanwhile goes out together,
/// encoded once for all pages. As often is looked at the progress of what runs. Without a page nothing is looked at, and
/// no timer is set, and the same holds with pages while nothing runs and nothing has changed, but for one that shows that
/// their connections stand.
final class ConsoleFeed: Sendable {
    /// Between two events.
    static let interval: Duration = .milliseconds(100)
    /// Between two comments to a page that gets no event.
    static let heartbeat: Duration = .seconds(20)
    /// How long a page may take nothing of what is written to it before its connection is closed.
    static let writeTimeout: Duration = .seconds(60)
    /// Pages at the same time.
    static let mostReaders = 200
    /// Predictions that one event tells of; others follow in the next one.
    static let mostPerEvent = 500

    /// A prediction that runs.
    private struct Running: Sendable {
        let progress: ReportedProgress
        /// As it was when pages were told.
        var told: ShownProgress
    }

    /// A task, and by which number it knows that no other has taken its place.
    private struct Worker: Sendable {
        let number: Int
        let task: Task<Void, Never>
    }

    /// What goes out together.
    private struct Changes: Sendable {
        var ids: [String]
        var topics: Set<ConsoleTopic>
    }

    private struct State: Sendable {
        var readers: [Int: FeedReader] = [:]
        var running: [String: Running] = [:]
        var pending = PendingIDs()
        var topics: Set<ConsoleTopic> = []
        /// While there is something to look at.
        var sending: Worker?
        /// While there are readers.
        var beating: Task<Void, Never>?
        /// Of readers and workers.
        var lastNumber = 0

        mutating func nextNumber() -> Int {
            lastNumber += 1
            return lastNumber
        }

        /// What has changed since the last time; nil once nothing runs any more, with which the worker ends.
        mutating func changes(for number: Int) -> Changes? {
            guard sending?.number == number else { return nil }
            var moved: [String] = []
            for (id, prediction) in running {
                let shown = ShownProgress(prediction.progress.current)
                guard shown != prediction.told else { continue }
                running[id]?.told = shown
                moved.append(id)
            }
            pending.insert(contentsOf: moved.sorted())
            guard !running.isEmpty || !pending.isEmpty || !topics.isEmpty else {
                sending = nil
                return nil
            }
            defer { topics = [] }
            return Changes(ids: pending.take(ConsoleFeed.mostPerEvent), topics: topics)
        }

        /// - Returns: Tasks that have nothing to do any more.
        mutating func remove(_ reader: FeedReader) -> [Task<Void, Never>] {
            guard readers.removeValue(forKey: reader.number) != nil, readers.isEmpty else { return [] }
            let tasks = [sending?.task, beating].compactMap { $0 }
            (sending, beating, pending, topics) = (nil, nil, PendingIDs(), [])
            return tasks
        }
    }

    private let greeting: ByteBuffer
    private let clock: any Clock<Duration>
    private let elapsed: @Sendable () -> Duration
    private let load: @Sendable () async -> (waiting: Int, running: Int)
    private let summaries: @Sendable ([String]) async -> [JSONValue]
    private let state = Mutex(State())

    /// - Parameters:
    ///   - hello: What each page is told first.
    ///   - clock: Measures all times.
    ///   - load: How many predictions wait, and how many run.
    ///   - summaries: How predictions stand, by their ids; those that there are no more are left out.
    init(
        hello: JSONValue, clock: any Clock<Duration>,
        load: @escaping @Sendable () async -> (waiting: Int, running: Int),
        summaries: @escaping @Sendable ([String]) async -> [JSONValue]
    ) {
        greeting = ServerSentEvent.bytes("hello", hello) ?? ByteBuffer()
        self.clock = clock
        elapsed = clock.stopwatch()
        self.load = load
        self.summaries = summaries
    }

    // MARK: Changes

    func note(_ change: PredictionChange) {
        state.withLock { state in
            let changed: String
            switch change {
            case .changed(let id):
                changed = id
            case .began(let id, let progress):
                changed = id
                state.running[id] = Running(progress: progress, told: ShownProgress(progress.current))
            case .ended(let id):
                changed = id
                state.running[id] = nil
            }
            guard !state.readers.isEmpty else { return }
            state.pending.insert(changed)
            beginSending(&state)
        }
    }

    func note(_ topic: ConsoleTopic) {
        state.withLock { state in
            guard !state.readers.isEmpty else { return }
            state.topics.insert(topic)
            beginSending(&state)
        }
    }

    private func beginSending(_ state: inout State) {
        guard state.sending == nil else { return }
        let number = state.nextNumber()
        state.sending = Worker(number: number, task: Task { await self.sendChanges(number) })
    }

    /// Tells readers of changes for as long as something runs, or something has changed.
    private func sendChanges(_ number: Int) async {
        while let changes = state.withLock({ $0.changes(for: number) }) {
            await send(changes)
            // Cancelled when the last reader has left.
            guard (try? await clock.sleep(for: Self.interval)) != nil else { return }
        }
    }

    private func send(_ changes: Changes) async {
        guard !changes.ids.isEmpty || !changes.topics.isEmpty else { return }
        var event: PredictionsEvent?
        if !changes.ids.isEmpty { event = await self.event(of: changes.ids) }
        for reader in state.withLock({ Array($0.readers.values) }) { reader.offer(event, changes.topics) }
    }

    private func event(of ids: [String]) async -> PredictionsEvent? {
        let changed = await summaries(ids)
        let (waiting, running) = await load()
        let data: JSONValue = [
            "changed": .array(changed),
            "load": ["waiting": .integer(Int64(waiting)), "running": .integer(Int64(running))],
        ]
        return ServerSentEvent.bytes("predictions", data).map { PredictionsEvent(ids: ids, bytes: $0) }
    }

    // MARK: Readers

    /// Whether there are as many pages as there may be.
    var isFull: Bool { state.withLock { $0.readers.count >= Self.mostReaders } }

    /// Whether nothing is looked at: nothing runs and nothing has changed, or there is no page.
    var isIdle: Bool { state.withLock { $0.sending == nil } }

    /// Adds a page, which is greeted first.
    ///
    /// - Parameter close: Breaks its connection.
    /// - Returns: Nil if there are too many. Otherwise to be removed with ``remove(_:)``.
    func addReader(close: @escaping @Sendable () -> Void) -> FeedReader? {
        state.withLock { state -> FeedReader? in
            guard state.readers.count < Self.mostReaders else { return nil }
            let reader = FeedReader(number: state.nextNumber(), greeting: greeting, close: close)
            state.readers[reader.number] = reader
            if state.beating == nil { state.beating = Task { await self.beat() } }
            if !state.running.isEmpty { beginSending(&state) }
            return reader
        }
    }

    func remove(_ reader: FeedReader) {
        reader.end()
        for task in state.withLock({ $0.remove(reader) }) { task.cancel() }
    }

    /// Writes to a page until its stream has ended, or the task is cancelled.
    ///
    /// - Parameter write: Returns when its bytes are on their way.
    /// - Throws: What `write` throws.
    func send(to reader: FeedReader, write: (ByteBuffer) async throws -> Void) async throws {
        for await _ in reader.wakeUps {
            while let step = reader.take(at: elapsed()) {
                switch step {
                case .write(let bytes): try await write(bytes)
                case .tell(let ids): if let told = await event(of: ids) { try await write(told.bytes) }
                }
            }
        }
    }

    private func beat() async {
        while (try? await clock.sleep(for: Self.heartbeat, tolerance: Self.heartbeat / 100)) != nil {
            let time = elapsed()
            for reader in state.withLock({ Array($0.readers.values) }) {
                reader.beat(at: time, timeout: Self.writeTimeout)
            }
        }
    }
}

/// What pages show of a run's progress: while it is the same, there is nothing to tell.
private struct ShownProgress: Sendable, Equatable {
    let fraction: Double
    let step: String?
    let number: Int?
    let total: Int?
    let ahead: Int?
    let preview: Int?

    init(_ progress: ReportedProgress.Value) {
        fraction = progress.fraction
        step = progress.step
        number = progress.number
        total = progress.total
        ahead = progress.ahead
        preview = progress.preview?.number
    }
}
