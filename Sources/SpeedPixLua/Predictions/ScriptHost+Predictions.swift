public import SpeedPix

// What a stop does with the predictions of a script is decided in this order:
// 1. `ScriptHost.cancelsOnStop` is what the run wants: `--cancel-on-stop`, or the setting of that name.
// 2. `PredictionCalls.wait` makes of it the wait's `WaitOptions.cancelOn`. The script's own `cancel_on` comes first; what another
//    run has created is left alone; a task that only observes the end cancels nothing. If the script has kept the run from
//    cancelling it, the id goes to `uncanceledIDs`.
// 3. `Predictions.conclude`, of the SDK, cancels what a wait gives up for one of the reasons in `cancelOn`.
// 4. `Verbs.create` cancels a prediction whose script was stopped before it got it: no wait will.
// 5. `cancelAbandoned` cancels what is left of the run's own when it has ended badly, except `uncanceledIDs`. `ScriptRunner` and
//    `EvalCommand` call it with `RunState.abandoned`, which leaves out what could not be canceled before.
extension ScriptHost {
    /// Reports the end of a prediction, if it has ended and its output was fetched.
    ///
    /// - Returns: Whether that is so.
    @discardableResult
    func reportEnd(of prediction: Prediction) -> Bool {
        guard let event = ScriptEvent.end(of: prediction) else { return false }
        onEvent(event)
        return true
    }

    /// Reports what became of a prediction that was to be canceled; a failure once.
    func reportCancellation(of prediction: Prediction, failure: SpeedPixError?) {
        // The end of the run may try what a wait is still trying.
        if failure != nil, !refusedIDs.insert(prediction.id) { return }
        if let event = ScriptEvent.cancellation(of: prediction, failure: failure) { onEvent(event) }
    }

    /// Cancels at the service what a run that was stopped or has failed leaves unfinished; ``onEvent`` is called with
    /// the results. All at once, and for no longer than ``Predictions/cancelLimit``, also if the calling task is cancelled.
    ///
    /// What the script has decided about by itself is left alone, with `cancel_on` of its waits.
    public func cancelAbandoned(_ predictions: [Prediction]) async {
        await withTaskGroup { group in
            for prediction in predictions where !uncanceledIDs.contains(prediction.id) {
                group.addTask {
                    let (now, failure) = await client.predictions.cancelGivenUp(prediction)
                    reportCancellation(of: now, failure: failure)
                }
            }
        }
    }

    /// What a script gets in a dry run instead of an output of a prediction; nil for the output itself.
    ///
    /// - Parameter path: Which output: "output", "files[1]".
    func placeholder(_ path: String, of prediction: Prediction) -> PlaceholderObject? {
        // What is paid for already is known, also in a dry run.
        guard isDryRun, !prediction.isReused else { return nil }
        return PlaceholderObject(path, host: self, owner: prediction.shownName)
    }

    /// From here on results may take names that other results have had: what is typed at a prompt is a run of its own.
    package func resetSavedNames() { savedNames.removeAll() }
}

extension Prediction {
    /// How messages call it: by its label, if it has one, which need not be its alone.
    var shownName: String { label.map { "\($0) (\(id))" } ?? "prediction \(id)" }
}
