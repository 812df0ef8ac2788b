// Waits that cancel at the service what they give up.
extension Predictions {
    /// The most that cancelling may take after a wait was given up; it is the same whether the task that waited is
    /// cancelled or not. Five seconds: time for a call and its repetition, and not too long after Ctrl-C.
    public static let cancelLimit: Duration = .seconds(5)

    /// Ends a wait: records an end that it has seen; cancels a prediction that it gave up, if its options say so.
    ///
    /// - Throws: Why there is no succeeded prediction.
    @inline(never)  // TaskFrames.swift
    func conclude(
        _ follower: PredictionFollower, _ outcome: PredictionFollower.Outcome
    ) async throws -> Prediction {
        switch outcome {
        case .ended(let prediction):
            await recordEnd(of: prediction)
            return try prediction.succeededOrThrow()
        case .gaveUp(let error):
            guard follower.options.cancelOn?.includes(error) == true else { throw error }
            throw await giveUp(follower.prediction, after: error, follower.options)
        }
    }

    /// Ends a prediction whose wait was given up.
    ///
    /// - Returns: The error that the wait ends with.
    @inline(never)  // TaskFrames.swift
    func giveUp(_ prediction: Prediction, after error: any Error, _ options: WaitOptions) async -> any Error {
        let (prediction, failure) = await cancelGivenUp(prediction)
        await options.onCancel?(prediction, failure)
        return Self.finalError(error, prediction: prediction, failure: failure)
    }

    /// Cancels a prediction that is no longer waited for, also if the calling task is cancelled.
    ///
    /// - Returns: The prediction as the service has it now, and why it could not be canceled; then it goes on. One that
    ///   had ended already stays as it is, with its result if that can be had in time; that is not a failure.
    package func cancelGivenUp(_ prediction: Prediction) async -> (Prediction, SpeedPixError?) {
        let clock = caller.dependencies.clock
        // A task of its own: the one that gave up may be cancelled, and no call of its would go out.
        let work = Task {
            try await withDeadline(
                Self.cancelLimit, clock: clock,
                expired: {
                    SpeedPixError(
                        .timeout, "the service did not answer within \(Self.cancelLimit.formattedSeconds)",
                        prediction: prediction, isRetryable: true)
                },
                operation: {
                    let now = try await requests.cancel(prediction)
                    if now.status == .canceled {
                        var noted = now
                        noted.error = Prediction.givenUp
                        await recordEnd(of: noted)
                    }
                    // Too late: then it has a result, which is paid for.
                    guard now.status == .succeeded, let done = try? await requests.fetchResult(now).0,
                        done.status == .succeeded
                    else { return now }
                    await recordEnd(of: done)
                    return done
                })
        }
        switch await work.result {
        case .success(let canceled) where canceled.status.isTerminal: return (canceled, nil)
        case .success(let other):
            let message = "the service says that it is \(other.status) all the same"
            return (other, SpeedPixError(.apiError, message, prediction: other))
        case .failure(let error as SpeedPixError): return (prediction, error)
        case .failure(let error):
            return (prediction, SpeedPixError(.network, "\(error)", prediction: prediction, cause: error))
        }
    }

    /// Why the wait ended, and what became of the prediction.
    private static func finalError(_ error: any Error, prediction: Prediction, failure: SpeedPixError?) -> any Error {
        guard var error = error as? SpeedPixError else { return error }
        error.prediction = prediction
        if let failure {
            error.message += "; it could not be canceled: \(failure.message)"
        } else if prediction.status == .canceled {
            error.message += ", and was canceled at the service"
            error.remedy = "allow a longer timeout"
        } else {
            error.message += "; it has ended meanwhile: \(prediction.status)"
            error.remedy = "wait for \(prediction.id) again: that is over at once"
        }
        return error
    }
}

extension Prediction {
    /// A prediction that is known from an earlier answer.
    package init(id: String, of workflowID: String) {
        self.init(id: id)
        self.workflowID = workflowID
    }
}
