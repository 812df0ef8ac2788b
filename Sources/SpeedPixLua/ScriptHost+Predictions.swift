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
    func placeholderFiles(of prediction: Prediction) -> PlaceholderObject {
        PlaceholderObject("files", host: self, owner: prediction.shownName)
    }

    /// From here on results may take names that other results have had: what is typed at a prompt is a run of its own.
    package func forgetSavedNames() { savedNames.forget() }
}

extension Prediction {
    /// How messages call it: by its label, if it has one, which need not be its alone.
    var shownName: String { label.map { "\($0) (\(id))" } ?? "prediction \(id)" }
}
