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
        if let fraction = data.first("progress")?.lenientDouble { progress.fraction = min(max(fraction, 0), 1) }
        // While waiting, zero means that the service does not know yet.
        progress.eta = data.first("etaRelative", "eta_relative")?.lenientSeconds.flatMap { $0 > .zero ? $0 : nil }
        progress.queueLength = data.first("lastQueueRemaining", "last_queue_remaining")?.lenientInteger
            .flatMap { Int(exactly: $0) }
        progress.step = data.first("state")?.first("nodeLabel", "node_label")?.lenientString
        if let message = data.first("message")?.lenientString {
            if status == .failed { error = message }
            // A service repeats its last line in every poll; the log keeps it once.
            if !logs.hasSuffix(message + "\n") { logs += message + "\n" }
        }
    }

    /// - Throws: ``SpeedPixError`` `invalid_response` for an answer that neither says how the prediction ended nor has
    ///   any output: a success must not rest on it.
    mutating func apply(result data: JSONValue, requestID: String?, now: Date) throws {
        let word = data.first("status")?.lenientString
        // `images` is the documented fallback of results that have no named outputs.
        let outputs = data.first("result") ?? data.first("images").map { .object(["images": $0]) }
        if let word { status = Status(word: word) }
        if status == .succeeded {
            guard word != nil || outputs != nil else {
                throw SpeedPixError(
                    .invalidResponse, "the result has neither a status nor an output", requestID: requestID,
                    isRetryable: true)
            }
            progress.fraction = 1
            output = outputs ?? .object([:])
        }
        let info = data.first("info")
        let message =
            data.first("message")?.lenientString ?? info?.first("message")?.lenientString ?? info?.lenientString
        if let message {
            if status == .failed { error = error ?? message }
            if !logs.hasSuffix(message + "\n") { logs += message + "\n" }
        }
        startedAt = data.first("taskBeginTime", "task_begin_time")?.lenientDate
        completedAt = Self.endTime(in: data) ?? now
        if let milliseconds = data.first("taskDuration", "task_duration")?.lenientDouble, milliseconds >= 0 {
            metrics.predictTime = .seconds(min(milliseconds / 1000, 1e9))
        }
        if let createdAt, let completedAt, completedAt > createdAt {
            // A date out of this world would be more than a duration can hold.
            metrics.totalTime = .seconds(min(completedAt.timeIntervalSince(createdAt), 1e9))
        }
    }
}

extension Prediction {
    /// When it ended, by the service's clock.
    static func endTime(in result: JSONValue) -> Date? {
        result.first("taskEndTime", "task_end_time")?.lenientDate
    }
}

extension JSONValue {
    /// A non-negative number of seconds that a `Duration` can hold.
    var lenientSeconds: Duration? {
        guard let number = lenientDouble, number >= 0, number <= 1e9 else { return nil }
        return .seconds(number)
    }
}
