/// The updates of a prediction, and an element without a change after each interval without one.
///
/// A task of its own polls, for one change after the other and only when the reader has asked for the next. So a poll goes on
/// while the reader gets an element without a change.
struct HeartbeatUpdates {
    /// What `next` returns.
    struct Element: Sendable {
        /// The prediction after a change; nil if there was none in time.
        var changed: Prediction?
    }

    private enum Event: Sendable {
        case changed(Prediction)
        case failed(any Error)
        /// An interval is over: that of the `next` with this number.
        case interval(Int)
    }

    /// A shorter one would keep a processor busy.
    private static let shortest: Duration = .milliseconds(10)

    private let updates: PredictionUpdates
    private let interval: Duration
    private let clock: any Clock<Duration>
    private let elapsed: @Sendable () -> Duration
    /// When the last element was returned.
    private var returnedAt: Duration
    private var polling: Polling?
    /// Whether the task was asked for a change that has not come yet.
    private var isAsked = false
    private var number = 0

    /// The task that polls. It ends when its events are released.
    private struct Polling {
        let requests: AsyncStream<Void>.Continuation
        let sender: AsyncStream<Event>.Continuation
        var events: AsyncStream<Event>.Iterator
    }

    init(of updates: PredictionUpdates, every interval: Duration) {
        // The reader cancels a prediction that is given up, since it gets the error.
        var options = updates.options
        options.cancelOn = nil
        self.updates = PredictionUpdates(
            prediction: updates.prediction, predictions: updates.predictions, options: options, interval: nil)
        self.interval = max(interval.withinYears, Self.shortest)
        clock = updates.predictions.caller.dependencies.clock
        elapsed = clock.stopwatch()
        returnedAt = .zero
    }

    /// - Returns: Nil after the prediction's end was returned.
    /// - Throws: As ``PredictionUpdates``; then there is nothing more.
    mutating func next() async throws -> Element? {
        var polling = polling ?? start()
        if !isAsked { polling.requests.yield() }
        isAsked = true
        number += 1
        let timer = timer(number, polling.sender)
        defer { timer.cancel() }
        while let event = await polling.events.next() {
            switch event {
            case .changed(let prediction):
                isAsked = false
                return returning(Element(changed: prediction), polling)
            case .interval(number): return returning(Element(changed: nil), polling)
            case .interval: continue
            case .failed(let error): throw error
            }
        }
        // A stream just ends for a task that is cancelled.
        try Task.checkCancellation()
        return nil
    }

    private mutating func returning(_ element: Element, _ polling: Polling) -> Element {
        self.polling = polling
        returnedAt = elapsed()
        return element
    }

    private func timer(_ number: Int, _ sender: AsyncStream<Event>.Continuation) -> Task<Void, Never> {
        let delay = max(returnedAt + interval - elapsed(), .zero)
        return Task { [clock] in
            guard (try? await clock.sleep(for: delay)) != nil else { return }
            sender.yield(.interval(number))
        }
    }

    private func start() -> Polling {
        let (requests, requestSender) = AsyncStream<Void>.makeStream()
        let (events, sender) = AsyncStream<Event>.makeStream()
        let task = Task { [updates] in
            var changes = updates.makeAsyncIterator()
            do {
                for await _ in requests {
                    guard let prediction = try await changes.next() else { break }
                    sender.yield(.changed(prediction))
                }
            } catch {
                sender.yield(.failed(error))
            }
            sender.finish()
        }
        sender.onTermination = { _ in task.cancel() }
        return Polling(requests: requestSender, sender: sender, events: events.makeAsyncIterator())
    }
}
