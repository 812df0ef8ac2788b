/// A prediction's progress, as it is noticed: each element is the prediction after something changed.
///
/// The last element has ended, one way or another, with its result; a failed prediction is an element, not an error. The
/// client's journal records the end before the element comes, as by ``Predictions/wait(for:options:)``. Nothing is sent except
/// during the iteration, and nothing goes on after the loop.
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
    let interval: Duration?

    /// Starts a wait of its own; the deadline counts from here.
    public func makeAsyncIterator() -> AsyncIterator {
        if let interval {
            return AsyncIterator(
                sequence: self, source: .heartbeat(HeartbeatUpdates(of: self, every: interval), prediction))
        }
        return AsyncIterator(
            sequence: self,
            source: .polls(PredictionFollower(prediction, requests: predictions.requests, options: options)))
    }

    /// Polls as it is asked for the next element.
    public struct AsyncIterator: AsyncIteratorProtocol {
        enum Source {
            case polls(PredictionFollower)
            /// With the prediction that was returned last.
            case heartbeat(HeartbeatUpdates, Prediction)
            case over
        }

        let sequence: PredictionUpdates
        var source: Source

        /// The prediction after the next change; nil after its end.
        ///
        /// - Throws: ``SpeedPixError`` `timeout`, or what the service refused; `CancellationError`.
        public mutating func next() async throws -> Prediction? {
            let source = source
            // After an error there is nothing more to follow.
            self.source = .over
            switch source {
            case .over: return nil
            case .polls(let follower): return try await next(of: follower)
            case .heartbeat(let updates, let latest): return try await next(of: updates, latest: latest)
            }
        }

        private mutating func next(of follower: PredictionFollower) async throws -> Prediction? {
            while true {
                let hasChanged: Bool
                do {
                    try await follower.pause()
                    hasChanged = try await follower.poll()
                } catch {
                    throw await sequence.finalError(error, of: follower.prediction)
                }
                if follower.isOver {
                    await sequence.predictions.recordEnd(of: follower.prediction)
                    return follower.prediction
                }
                // The end is returned once, with its result.
                if hasChanged, !follower.prediction.status.isTerminal {
                    source = .polls(follower)
                    return follower.prediction
                }
            }
        }

        private mutating func next(of updates: HeartbeatUpdates, latest: Prediction) async throws -> Prediction? {
            var updates = updates
            do {
                guard let element = try await updates.next() else { return nil }
                let prediction = element.changed ?? latest
                source = .heartbeat(updates, prediction)
                return prediction
            } catch {
                throw await sequence.finalError(error, of: (error as? SpeedPixError)?.prediction ?? latest)
            }
        }
    }

    /// What the iteration throws, after the prediction was ended at the service if the options say so.
    private func finalError(_ error: any Error, of prediction: Prediction) async -> any Error {
        guard options.cancelOn?.includes(error) == true else { return error }
        return await predictions.giveUp(prediction, after: error, options)
    }
}

extension Predictions {
    /// Follows a prediction to its end.
    ///
    /// - Parameters:
    ///   - interval: An element comes at least this often, even if nothing has changed: for a server that has to show its own
    ///     client that the prediction goes on. It makes no further polls. Nil, the default, for changes alone; less than 10 ms
    ///     count as 10 ms.
    ///   - options: `onProgress` is not called: the sequence has its values. `cancelOn` is for the iteration that throws;
    ///     leaving the loop gives nothing up.
    public func updates(
        of prediction: Prediction, atLeastEvery interval: Duration? = nil, options: WaitOptions = WaitOptions()
    ) -> PredictionUpdates {
        PredictionUpdates(prediction: prediction, predictions: self, options: options, interval: interval)
    }
}
