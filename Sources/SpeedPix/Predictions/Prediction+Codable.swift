#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

// For programs that keep predictions themselves. What the SDK's journal keeps is `record`, which gives access to nothing.
extension Prediction: Codable {
    private enum CodingKeys: String, CodingKey {
        case id, status, label, input, output, info, error, logs, progress, metrics
        case workflowID = "workflow_id"
        case currentImage = "current_image"
        case createdAt = "created_at"
        case startedAt = "started_at"
        case completedAt = "completed_at"
        case estimatedDuration = "estimated_duration"
        case isReused = "is_reused"
    }

    /// The prediction as it was encoded: the same in everything.
    ///
    /// - Throws: `DecodingError` for anything that was not encoded by ``encode(to:)``.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(id: try values.decode(String.self, forKey: .id))
        func date(_ key: CodingKeys) throws -> Date? { try values.decodeIfPresent(ExactDate.self, forKey: key)?.date }
        status = try values.decode(Status.self, forKey: .status)
        workflowID = try values.decodeIfPresent(String.self, forKey: .workflowID)
        label = try values.decodeIfPresent(String.self, forKey: .label)
        input = try values.decodeIfPresent([String: JSONValue].self, forKey: .input)
        output = try values.decodeIfPresent(JSONValue.self, forKey: .output)
        info = try values.decodeIfPresent(JSONValue.self, forKey: .info)
        currentImage = try values.decodeIfPresent(String.self, forKey: .currentImage)
        error = try values.decodeIfPresent(String.self, forKey: .error)
        logs = try values.decode(String.self, forKey: .logs)
        progress = try values.decode(Progress.self, forKey: .progress)
        metrics = try values.decode(Metrics.self, forKey: .metrics)
        createdAt = try date(.createdAt)
        startedAt = try date(.startedAt)
        completedAt = try date(.completedAt)
        estimatedDuration = try values.decodeIfPresent(Duration.self, forKey: .estimatedDuration)
        isReused = try values.decode(Bool.self, forKey: .isReused)
    }

    /// Everything that is known of it, with URLs as they are: some are signed, and give access until they expire.
    /// ``record`` is without.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(id, forKey: .id)
        try values.encode(status, forKey: .status)
        try values.encodeIfPresent(workflowID, forKey: .workflowID)
        try values.encodeIfPresent(label, forKey: .label)
        try values.encodeIfPresent(input, forKey: .input)
        try values.encodeIfPresent(output, forKey: .output)
        try values.encodeIfPresent(info, forKey: .info)
        try values.encodeIfPresent(currentImage, forKey: .currentImage)
        try values.encodeIfPresent(error, forKey: .error)
        try values.encode(logs, forKey: .logs)
        try values.encode(progress, forKey: .progress)
        try values.encode(metrics, forKey: .metrics)
        try values.encodeIfPresent(createdAt.map(ExactDate.init), forKey: .createdAt)
        try values.encodeIfPresent(startedAt.map(ExactDate.init), forKey: .startedAt)
        try values.encodeIfPresent(completedAt.map(ExactDate.init), forKey: .completedAt)
        try values.encodeIfPresent(estimatedDuration, forKey: .estimatedDuration)
        try values.encode(isReused, forKey: .isReused)
    }
}
