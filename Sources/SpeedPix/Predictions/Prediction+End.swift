// How a prediction has ended.
extension Prediction {
    /// What a journal has as the reason of one that was canceled since its wait was given up.
    static let givenUp = "its wait was given up"

    /// Whether it has ended, with its output if it has succeeded: nothing more can become known of it.
    package var isComplete: Bool { status.isTerminal && (status != .succeeded || output != nil) }

    /// The prediction, if it has succeeded.
    ///
    /// - Throws: ``SpeedPixError`` `canceled` or `prediction_failed`, with the prediction, for any other end; `timeout` for one
    ///   that an attempt before gave up.
    func succeededOrThrow() throws -> Prediction {
        switch status {
        case .succeeded:
            return self
        case .canceled where isReused && error == Self.givenUp:
            // As the attempt before has had it, and gone on from there.
            throw SpeedPixError(
                .timeout, "an attempt before gave it up, and it was canceled at the service", prediction: self)
        case .canceled:
            throw SpeedPixError(.canceled, "the prediction was canceled", prediction: self)
        default:
            throw SpeedPixError(
                .predictionFailed,
                error?.printable(keepingLines: true) ?? "the prediction failed without a reason",
                remedy: workflowID.map { "check the input against the workflow \($0)" },
                prediction: self)
        }
    }
}
