public import SpeedPix

extension ScriptHost {
    /// Reports what became of a prediction that was to be canceled.
    func noteCanceled(_ prediction: Prediction, _ failure: SpeedPixError?) {
        if let failure {
            // The end of the run may try what a wait is still trying.
            guard refusedIDs.insert(prediction.id) else { return }
            onEvent(.notCanceled(id: prediction.id, failure))
        } else if prediction.status != .succeeded || prediction.output != nil {
            onEvent(.ended(prediction))
        }
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
                    noteCanceled(now, failure)
                }
            }
        }
    }

    /// What stands for the files of a prediction in a dry run.
    var placeholderFiles: PlaceholderObject { PlaceholderObject("files", host: self) }
}
