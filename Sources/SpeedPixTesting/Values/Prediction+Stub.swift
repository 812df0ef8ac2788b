public import SpeedPix

extension Prediction {
    /// A prediction that has succeeded, for code that takes one.
    ///
    /// - Parameters:
    ///   - output: The workflow's named outputs.
    ///   - input: As it would have been sent, files replaced by their URLs.
    public static func succeeded(
        _ id: String = "prediction-1", of workflowID: String? = nil, output: JSONValue,
        input: [String: JSONValue]? = nil
    ) -> Prediction {
        Prediction(id: id, status: .succeeded, workflowID: workflowID, input: input, output: output)
    }

    /// A prediction that has failed.
    ///
    /// - Parameter reason: What becomes ``Prediction/error``.
    public static func failed(
        _ reason: String, id: String = "prediction-1", of workflowID: String? = nil, input: [String: JSONValue]? = nil
    ) -> Prediction {
        Prediction(id: id, status: .failed, workflowID: workflowID, input: input, error: reason)
    }

    /// A prediction that was canceled.
    public static func canceled(_ id: String = "prediction-1", of workflowID: String? = nil) -> Prediction {
        Prediction(id: id, status: .canceled, workflowID: workflowID)
    }

    /// A prediction that is being computed.
    ///
    /// - Parameters:
    ///   - fraction: 0 … 1.
    ///   - eta: What the service expects to remain; nil while it does not know.
    public static func running(
        _ id: String = "prediction-1", of workflowID: String? = nil, fraction: Double = 0, eta: Duration? = nil
    ) -> Prediction {
        var progress = Prediction.Progress()
        progress.fraction = fraction
        progress.eta = eta
        return Prediction(id: id, status: .running, workflowID: workflowID, progress: progress)
    }
}

extension SpeedPixError {
    /// What a wait throws for a prediction that did not succeed, for code that handles errors.
    ///
    /// - Returns: `canceled` for one that was canceled, else `prediction_failed`; both with the prediction.
    public static func ended(_ prediction: Prediction) -> SpeedPixError {
        prediction.status == .canceled
            ? SpeedPixError(.canceled, "the prediction was canceled", prediction: prediction)
            : SpeedPixError(
                .predictionFailed, prediction.error ?? "the prediction failed without a reason", prediction: prediction)
    }
}
