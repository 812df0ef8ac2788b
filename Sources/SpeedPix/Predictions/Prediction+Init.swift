#if canImport(FoundationEssentials)
public import FoundationEssentials
#else
public import Foundation
#endif

extension Prediction {
    /// A prediction with whatever is known of it: from a program's own records, or made up for a test.
    ///
    /// - Parameters:
    ///   - id: The service's `taskId`.
    ///   - output: The workflow's named outputs; nil unless it succeeded.
    ///   - error: Why it failed.
    ///   - logs: What the service has reported about the run, a line each.
    ///   - progress: Nil for none, or for the whole if it has succeeded.
    public init(
        id: String, status: Status, workflowID: String? = nil, label: String? = nil,
        input: [String: JSONValue]? = nil, output: JSONValue? = nil, info: JSONValue? = nil,
        currentImage: String? = nil, error: String? = nil, logs: String = "", progress: Progress? = nil,
        metrics: Metrics = Metrics(), createdAt: Date? = nil, startedAt: Date? = nil, completedAt: Date? = nil,
        estimatedDuration: Duration? = nil, isReused: Bool = false
    ) {
        self.init(id: id)
        self.status = status
        self.workflowID = workflowID
        self.label = label
        self.input = input
        self.output = output
        self.info = info
        self.currentImage = currentImage
        self.error = error
        self.logs = logs
        self.metrics = metrics
        self.createdAt = createdAt
        self.startedAt = startedAt
        self.completedAt = completedAt
        self.estimatedDuration = estimatedDuration
        self.isReused = isReused
        if let progress {
            self.progress = progress
        } else if status == .succeeded {
            self.progress.fraction = 1
        }
    }
}

extension Prediction.Progress {
    /// A state of a running prediction.
    ///
    /// - Parameters:
    ///   - fraction: 0 … 1.
    ///   - eta: What the service expects to remain; nil while it does not know.
    ///   - queueLength: Predictions ahead of this one.
    ///   - step: The workflow's node at work.
    ///   - preview: The URL of a picture of how far it is.
    public init(
        _ fraction: Double, eta: Duration? = nil, queueLength: Int? = nil, step: String? = nil, preview: String? = nil
    ) {
        self.init()
        self.fraction = fraction
        self.eta = eta
        self.queueLength = queueLength
        self.step = step
        self.preview = preview
    }
}

extension Prediction.Metrics {
    /// Times of a prediction that has ended.
    ///
    /// - Parameters:
    ///   - predictTime: Computing.
    ///   - totalTime: From creation to completion, queue included.
    public init(predictTime: Duration?, totalTime: Duration? = nil) {
        self.init()
        self.predictTime = predictTime
        self.totalTime = totalTime
    }
}
