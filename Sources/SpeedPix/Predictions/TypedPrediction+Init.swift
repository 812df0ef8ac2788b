extension TypedPrediction.Succeeded {
    /// A succeeded prediction and its output, of one's own making, for tests.
    public init(_ prediction: Prediction, output: Output) {
        self.init(prediction: prediction, output: output)
    }
}
