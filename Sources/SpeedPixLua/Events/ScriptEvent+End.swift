package import SpeedPix

extension ScriptEvent {
    /// The end of a prediction; nil if it has not ended, or has succeeded and its output was not fetched.
    package static func end(of prediction: Prediction) -> ScriptEvent? {
        prediction.isComplete ? .ended(prediction) : nil
    }

    /// What became of a prediction that was to be canceled; nil if there is nothing to report.
    ///
    /// - Parameters:
    ///   - prediction: As the service has it now.
    ///   - failure: Why it could not be canceled.
    package static func cancellation(of prediction: Prediction, failure: SpeedPixError?) -> ScriptEvent? {
        failure.map { .notCanceled(id: prediction.id, $0) } ?? end(of: prediction)
    }
}
