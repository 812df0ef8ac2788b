import LuaRuntime
import SpeedPix

/// What scripts do with predictions that there are: wait, ask, cancel. Reports the results as the host's events.
struct PredictionCalls: Sendable {
    let host: ScriptHost

    /// Waits for a prediction's end.
    ///
    /// - Throws: ``SpeedPixError`` as scripts see it, with the object; what `on_progress` raises; `CancellationError`.
    func wait(
        for object: PredictionObject, _ request: WaitRequest, _ context: LuaContext
    ) async throws -> Prediction {
        // One that an earlier run created is not this run's to end, unless the script says so.
        let cancelOn = request.cancelOn.condition(isCanceledOnStop: host.cancelsOnStop && object.isOwn)
        if host.cancelsOnStop, cancelOn != .stop { host.uncanceledIDs.insert(object.prediction.id) }
        do {
            let done = try await host.requireClient().predictions.wait(
                for: object.prediction,
                options: WaitOptions(
                    timeout: request.options.timeout, pollingInterval: request.options.pollingInterval,
                    onProgress: { prediction in
                        object.update(prediction)
                        host.onEvent(.progressed(prediction))
                        if let callback = request.onProgress { try await context.call(callback, [.object(object)]) }
                    },
                    // The prediction goes on for other tasks that wait for it.
                    cancelOn: context.onlyObserves ? nil : cancelOn,
                    onCancel: { prediction, failure in
                        object.update(prediction)
                        host.reportCancellation(of: prediction, failure: failure)
                    }))
            object.update(done)
            host.reportEnd(of: done)
            return done
        } catch var error as SpeedPixError {
            if let prediction = error.prediction { object.update(prediction) }
            if error.code == .apiError, object.prediction.isReused {
                let name = object.prediction.label ?? "POSITION"
                error.remedy = "if it is gone for good, have it made anew: speedpix run … --resume --again \"\(name)\""
            }
            // A refused result is not the prediction's end: it succeeded, and is still there to be fetched.
            if [.predictionFailed, .canceled].contains(error.code) { host.reportEnd(of: object.prediction) }
            throw error.raised(with: object)
        }
    }

    /// Asks once how a prediction stands.
    ///
    /// - Throws: ``SpeedPixError`` as scripts see it, with the object; `CancellationError`.
    func reload(_ object: PredictionObject) async throws {
        do {
            let now = try await host.requireClient().predictions.reload(object.prediction)
            object.update(now)
            // A script may ask for itself instead of waiting.
            if !host.reportEnd(of: now) { host.onEvent(.progressed(now)) }
        } catch let error as SpeedPixError {
            throw error.raised(with: object)
        }
    }

    /// Ends a prediction at the service; one that has ended already stays as it is.
    ///
    /// - Throws: ``SpeedPixError`` as scripts see it, with the object; `CancellationError`.
    func cancel(_ object: PredictionObject) async throws {
        do {
            let now = try await host.requireClient().predictions.cancel(object.prediction)
            object.update(now)
            // What had ended before is reported where its end was noticed.
            if now.status == .canceled { host.reportEnd(of: now) }
        } catch let error as SpeedPixError {
            throw error.raised(with: object)
        }
    }

    /// Ends a prediction at the service that the script was stopped in the middle of. A failure is reported as an event of
    /// the host.
    func cancelAfterStop(_ object: PredictionObject) async {
        guard let client = try? host.requireClient() else { return }
        let (prediction, failure) = await client.predictions.cancelGivenUp(object.prediction)
        object.update(prediction)
        host.reportCancellation(of: prediction, failure: failure)
    }
}
