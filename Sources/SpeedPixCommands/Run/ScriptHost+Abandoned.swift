import SpeedPix
import SpeedPixLua

extension ScriptHost {
    /// Cancels at the service what a run that was stopped or has failed leaves unfinished; ``onEvent`` hears what came of
    /// it. All at once, and for no longer than ``Predictions/cancelLimit``, also if the calling task is cancelled.
    func cancelAbandoned(_ predictions: [Prediction]) async {
        await withTaskGroup { group in
            for prediction in predictions {
                group.addTask {
                    let (now, failure) = await client.predictions.cancelGivenUp(prediction)
                    if let failure {
                        onEvent(.notCanceled(id: now.id, failure))
                    } else if now.status == .canceled {
                        onEvent(.ended(now))
                    }
                }
            }
        }
    }
}
