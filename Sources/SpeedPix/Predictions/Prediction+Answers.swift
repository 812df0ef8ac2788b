import Logging

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

// How the service's answers change what is known of a prediction.
extension Prediction {
    mutating func apply(created data: JSONValue) {
        if let word = data.first("status")?.lenientString { status = Status(word: word) }
        estimatedDuration = data.first("estimatedDurationInSeconds", "estimated_duration_in_seconds")?.lenientSeconds
    }

    /// - Throws: ``SpeedPixError`` `invalid_response` for an answer without a status: it says nothing.
    mutating func apply(progress data: JSONValue, requestID: String?) throws {
        guard let word = data.first("status")?.lenientString else {
            throw SpeedPixError(
                .invalidResponse, "the progress answer has no status", requestID: requestID, isRetryable: true)
        }
        status = Status(word: word)
        // The local gateway's word for a canceled prediction is one on which every official client ends.
        if status == .failed, data.first("canceled")?.lenientBool == true { status = .canceled }
        if let fraction = data.first("progress")?.lenientDouble { progress.fraction = min(max(fraction, 0), 1) }
        // While waiting, zero means that the service does not know yet.
        progress.eta = data.first("etaRelative", "eta_relative")?.lenientSeconds.flatMap { $0 > .zero ? $0 : nil }
        progress.queueLength = data.first("lastQueueRemaining", "last_queue_remaining")?.lenientInteger
            .flatMap { (0...10_000_000).contains($0) ? Int($0) : nil }
        apply(image: data.first("currentImage", "current_image").flatMap(FileOutput.init)?.url)
        progress.step = data.first("state")?.first("nodeLabel", "node_label")?.lenientString
        if let message = data.first("message")?.lenientString {
            if status == .failed { error = message }
            // A service repeats its last line in every poll; the log keeps it once.
            if !logs.hasSuffix(message + "\n") { logs += message + "\n" }
        }
    }

    /// - Parameter image: What an answer shows; nil for nothing.
    private mutating func apply(image: String?) {
        let shown = progress.preview
        progress.preview = status.isTerminal ? nil : image
        if let image {
            currentImage = image
        } else if status.isTerminal, let shown, currentImage == shown, shown.isLocalPreview {
            // It has ended with the prediction, and can stand in for no result.
            currentImage = nil
        }
    }

    /// - Throws: ``SpeedPixError`` `invalid_response` for an answer that neither says how the prediction ended nor has
    ///   any output: a success must not rest on it.
    mutating func apply(result data: JSONValue, requestID: String?, now: Date) throws {
        let word = data.first("status")?.lenientString
        let result = data.first("result")
        // `images` is the documented fallback of results that have no named outputs. An empty `result` is none: it is
        // filled only where outputs were chosen when the workflow was published.
        let outputs =
            result?.nonEmptyOutput ?? data.first("images")?.nonEmptyOutput.map { .object(["images": $0]) }
        if let word { status = Status(word: word) }
        if status == .succeeded {
            guard word != nil || outputs != nil else {
                throw SpeedPixError(
                    .invalidResponse, "the result has neither a status nor an output", requestID: requestID,
                    isRetryable: true)
            }
            // Names without values are more than nothing.
            succeed(with: outputs ?? currentImageOutput ?? result?.asObject)
        }
        let givenInfo = data.first("info")
        if let givenInfo { info = givenInfo }
        let message =
            data.first("message")?.lenientString ?? givenInfo?.first("message")?.lenientString
            ?? givenInfo?.lenientString
        if let message {
            if status == .failed { error = error ?? message }
            if !logs.hasSuffix(message + "\n") { logs += message + "\n" }
        }
        if succeededWithoutOutput, info == nil { info = .string(Self.noOutput) }
        startedAt = data.first("taskBeginTime", "task_begin_time")?.lenientDate
        completedAt = Self.endTime(in: data) ?? now
        if let milliseconds = data.first("taskDuration", "task_duration")?.lenientDouble {
            metrics.predictTime = Self.plausible(seconds: milliseconds / 1000)
        }
        if let createdAt, let completedAt, completedAt > createdAt {
            metrics.totalTime = Self.plausible(seconds: completedAt.timeIntervalSince(createdAt))
        }
    }
}

extension Prediction {
    private static let noOutput = "the prediction succeeded, but the service gave no output for it"

    /// The picture that polls showed, in the form of the documented fallback; nil if they showed none.
    private var currentImageOutput: JSONValue? {
        currentImage.map { ["images": [.string($0)]] }
    }

    private mutating func succeed(with outputs: JSONValue?) {
        progress.fraction = 1
        output = outputs ?? .object([:])
    }

    /// The success whose result cannot be fetched, with the picture that polls showed for its output.
    ///
    /// - Parameter error: Why it cannot.
    /// - Throws: The error, with the prediction, if it did not succeed or polls showed no picture.
    func completedByCurrentImage(
        after error: SpeedPixError, now: Date, logger: Logger
    ) throws(SpeedPixError) -> Prediction {
        guard status == .succeeded, let outputs = currentImageOutput else { throw error.about(self) }
        logger.warning(
            "the result cannot be fetched; its current image stands in for it",
            metadata: ["prediction": "\(id)", "reason": "\(error.message.withoutSignatures)"])
        var completed = self
        completed.succeed(with: outputs)
        completed.completedAt = completed.completedAt ?? now
        return completed
    }

    /// A duration that an answer gives; nil, as for one that is not given, if it is negative or longer than 30 days: services
    /// keep nothing as long, and a number that makes no sense says nothing.
    static func plausible(seconds: Double) -> Duration? {
        (0...2_592_000).contains(seconds) ? .seconds(seconds) : nil
    }

    /// When it ended, by the service's clock.
    static func endTime(in result: JSONValue) -> Date? {
        result.first("taskEndTime", "task_end_time")?.lenientDate
    }
}

extension String {
    /// Whether it is the URL of a preview of the local gateway.
    fileprivate var isLocalPreview: Bool { withoutQuery.contains("/previews/") }
}

extension JSONValue {
    /// Whether it holds nothing: null, an empty text, list or object, or one that holds only such.
    var isEmptyOutput: Bool {
        switch self {
        case .null: true
        case .string(let text): text.isEmpty
        case .array(let values): values.allSatisfy(\.isEmptyOutput)
        case .object(let members): members.values.allSatisfy(\.isEmptyOutput)
        case .bool, .integer, .unsigned, .double: false
        }
    }

    /// The value, unless it holds nothing.
    var nonEmptyOutput: JSONValue? {
        // Not in one expression: nil would be JSON's null there.
        guard !isEmptyOutput else { return nil }
        return self
    }

    /// The value, if it is an object.
    var asObject: JSONValue? {
        guard case .object = self else { return nil }
        return self
    }

    /// A number of seconds that makes sense.
    var lenientSeconds: Duration? { lenientDouble.flatMap { Prediction.plausible(seconds: $0) } }
}
