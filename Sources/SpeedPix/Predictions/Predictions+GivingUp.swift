// Waits that cancel at the service what they give up.
extension Predictions {
    /// The most that cancelling may take after a wait was given up; it is the same whether the task that waited is
    /// cancelled or not. Five seconds: time for a call and its repetition, and not too long after Ctrl-C.
    public static let cancelLimit: Duration = .seconds(5)

    /// Follows a prediction to its end; if the wait is given up, does what its options say.
    @inline(never)  // TaskFrames.swift
    func end(of follower: PredictionFollower) async throws -> Prediction {
        do {
            let ended = try await follower.end()
            await recordEnd(of: ended)
            return ended
        } catch {
            throw await conclude(follower, after: error)
        }
    }

    /// Records an end that was not a success; cancels a prediction that is given up, if the options say so.
    ///
    /// - Returns: The error that the wait ends with.
    @inline(never)  // TaskFrames.swift
    private func conclude(_ follower: PredictionFollower, after error: any Error) async -> any Error {
        if let error = error as? SpeedPixError, [.predictionFailed, .canceled].contains(error.code) {
            if let ended = error.prediction { await recordEnd(of: ended) }
            return error
        }
        guard follower.options.cancelOn?.includes(error) == true else { return error }
        return await giveUp(follower.prediction, after: error, follower.options)
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

    /// Cancels a prediction that nobody waits for any more, whatever becomes of the calling task.
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
                    let now = try await askToCancel(prediction)
                    if now.status == .canceled {
                        var noted = now
                        noted.error = Prediction.givenUp
                        await recordEnd(of: noted)
                    }
                    // Too late: then it has a result, which is paid for.
                    guard now.status == .succeeded, let done = try? await fetchResult(now).0, done.status == .succeeded
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
    /// A prediction that is known from what was told of it earlier.
    package init(id: String, of workflowID: String) {
        self.init(id: id)
        self.workflowID = workflowID
    }

    /// What a journal has as the reason of one that was canceled since its wait was given up.
    static let givenUp = "its wait was given up"
}
