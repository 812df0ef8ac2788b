import SpeedPix

/// Predictions that scripts have not waited for, at the end of a run or of a batch.
enum UnendedPredictions {
    /// The most that are polled.
    static let mostOfRun = 100
    static let mostOfBatch = 1000
    /// The end of a run is not to wait for a service that does not answer.
    private static let timeout: Duration = .seconds(10)
    /// How many are polled at once.
    private static let concurrency = 32

    /// Asks once how predictions stand: else a run that has ended well would have something to go on with for ever. What is not
    /// answered in time is asked for at the end of the next attempt.
    ///
    /// - Parameters:
    ///   - id: The id of one of them.
    ///   - onEnd: Called with each that has ended.
    ///   - onGone: Called with each that the service does not know any more.
    static func ask<Item: Sendable>(
        about items: [Item], _ client: SpeedPixClient, _ clock: any Clock<Duration>,
        id: @escaping @Sendable (Item) -> String, onEnd: @escaping @Sendable (Prediction, Item) -> Void,
        onGone: @escaping @Sendable (Item) -> Void
    ) async {
        guard !items.isEmpty else { return }
        try? await withDeadline(
            timeout, clock: clock, expired: { CancellationError() },
            operation: {
                await withTaskGroup(of: Void.self) { asking in
                    for (index, item) in items.enumerated() {
                        if index >= concurrency { await asking.next() }
                        if Task.isCancelled { break }
                        asking.addTask { await ask(about: item, client, id: id, onEnd: onEnd, onGone: onGone) }
                    }
                }
            })
    }

    private static func ask<Item: Sendable>(
        about item: Item, _ client: SpeedPixClient, id: @Sendable (Item) -> String,
        onEnd: @Sendable (Prediction, Item) -> Void, onGone: @Sendable (Item) -> Void
    ) async {
        do {
            let prediction = try await client.predictions.get(id(item))
            if prediction.status.isTerminal { onEnd(prediction, item) }
        } catch let error as SpeedPixError where error.code == .apiError {
            onGone(item)
        } catch {
            // The next attempt asks again.
        }
    }
}
