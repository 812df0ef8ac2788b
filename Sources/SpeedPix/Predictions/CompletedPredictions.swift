/// One of many predictions, ended.
public struct CompletedPrediction<Success: Sendable>: Sendable {
    /// Its place in the list that was waited for.
    public let index: Int
    /// The succeeded prediction, or why there is none: an error that names it.
    public let result: Result<Success, any Error>
}

/// Many predictions, each as it ends.
///
/// The waiting begins with the first `next`, with the priority and the task-local values of the task that asks, and ends with
/// the loop, however that is left; the predictions go on. Each iteration waits anew.
///
/// `next` throws `CancellationError` when its task is cancelled, and nothing else: a prediction that failed is an element.
///
/// ```swift
/// for try await done in client.predictions.completed(of: batch) {
///     print(done.index, try done.result.get().files.count)
/// }
/// ```
public struct CompletedPredictions<Success: Sendable>: AsyncSequence, Sendable {
    /// A prediction that has ended, with its place.
    public typealias Element = CompletedPrediction<Success>

    let list: [Prediction]
    let predictions: Predictions
    let options: WaitOptions
    /// What a succeeded prediction becomes; called in the task that iterates.
    let success: @Sendable (Prediction) throws -> Success

    /// Starts nothing yet.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(sequence: self) }

    /// Waits for all of them, and passes on each as it ends.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private let sequence: CompletedPredictions
        private var ended: AsyncStream<CompletedPrediction<Prediction>>.Iterator?
        private var isOver = false

        init(sequence: CompletedPredictions) { self.sequence = sequence }

        /// The prediction that ended next; nil after the last one.
        ///
        /// - Throws: `CancellationError` if the task is cancelled; the waiting is over then.
        public mutating func next() async throws -> CompletedPrediction<Success>? {
            guard !isOver else { return nil }
            var ended = ended ?? sequence.start().makeAsyncIterator()
            let next = await ended.next()
            guard !Task.isCancelled, let next else {
                (self.ended, isOver) = (nil, true)
                // A stream just ends for a task that is cancelled.
                try Task.checkCancellation()
                return nil
            }
            self.ended = ended
            return CompletedPrediction(
                index: next.index,
                result: Result { try next.result.get() }.flatMap { done in Result { try sequence.success(done) } })
        }
    }

    private func start() -> AsyncStream<CompletedPrediction<Prediction>> {
        let (stream, continuation) = AsyncStream<CompletedPrediction<Prediction>>.makeStream()
        let waiting = Task { [list, predictions, options] in
            await withDiscardingTaskGroup { group in
                for (index, prediction) in list.enumerated() {
                    group.addTask {
                        do {
                            let done = try await predictions.wait(for: prediction, options: options)
                            continuation.yield(CompletedPrediction(index: index, result: .success(done)))
                        } catch is CancellationError where Task.isCancelled {
                        } catch {
                            continuation.yield(CompletedPrediction(index: index, result: .failure(error)))
                        }
                    }
                }
            }
            continuation.finish()
        }
        // Also when the stream is released, since its iterator is gone.
        continuation.onTermination = { _ in waiting.cancel() }
        return stream
    }
}
