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
        AsyncIterator(follower: PredictionFollower(prediction, predictions, options))
    }

    /// Polls as it is asked for the next element.
    public struct AsyncIterator: AsyncIteratorProtocol {
        var follower: PredictionFollower?

        /// The prediction after the next change; nil after its end.
        ///
        /// - Throws: ``SpeedPixError`` `timeout`, or what the service refused; `CancellationError`.
        public mutating func next() async throws -> Prediction? {
            while let current = follower {
                // After an error there is nothing more to follow.
                follower = nil
                try await current.pause()
                let hasChanged = try await current.poll()
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
    /// - Parameter options: `onProgress` is not called: the sequence tells it.
    public func updates(of prediction: Prediction, options: WaitOptions = WaitOptions()) -> PredictionUpdates {
        PredictionUpdates(prediction: prediction, predictions: self, options: options)
    }
}
