/// A prediction's progress, as it is noticed: each element is the prediction after something changed.
///
/// The last element has ended, one way or another, with its result; a failed prediction is an element, not an error.
/// Nothing is asked while nobody iterates, and nothing goes on after the loop.
///
/// ```swift
/// for try await seen in client.predictions.updates(of: prediction) {
///     print(seen.status, seen.progress.fraction)
/// }
/// ```
public struct PredictionUpdates: AsyncSequence, Sendable {
    /// The prediction as of one poll.
    public typealias Element = Prediction

    let prediction: Prediction
    let predictions: Predictions
    let options: WaitOptions

    /// Starts a wait of its own; the deadline counts from here.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(
            sequence: self, follower: PredictionFollower(prediction, predictions: predictions, options: options))
    }

    /// Polls as it is asked for the next element.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let sequence: PredictionUpdates
        var follower: PredictionFollower?

        /// The prediction after the next change; nil after its end.
        ///
        /// - Throws: ``SpeedPixError`` `timeout`, or what the service refused; `CancellationError`.
        public mutating func next() async throws -> Prediction? {
            while let current = follower {
                // After an error there is nothing more to follow.
                follower = nil
                let hasChanged: Bool
                do {
                    try await current.pause()
                    hasChanged = try await current.poll()
                } catch  where sequence.options.cancelOn?.includes(error) == true {
                    throw await sequence.predictions.giveUp(current.prediction, after: error, sequence.options)
                }
                if current.isOver { return current.prediction }
                follower = current
                // The end is told once, with its result.
                if hasChanged, !current.prediction.status.isTerminal { return current.prediction }
            }
            return nil
        }
    }
}

extension Predictions {
    /// Follows a prediction to its end.
    ///
    /// - Parameter options: `onProgress` is not called: the sequence tells it. `cancelOn` is for the iteration that throws;
    ///   leaving the loop gives nothing up.
    public func updates(of prediction: Prediction, options: WaitOptions = WaitOptions()) -> PredictionUpdates {
        PredictionUpdates(prediction: prediction, predictions: self, options: options)
    }
}
