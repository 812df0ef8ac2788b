package import SpeedPix

/// A prompt that a server has ended, as its history has it.
package struct HistoryEntry: Sendable, Hashable {
    package let promptID: String
    /// The prompt in API format. Values of it that are no JSON, which custom nodes leave there, are null.
    package let prompt: JSONValue
    /// What was posted with it: `client_id`, and under `extra_pnginfo` the graph of ComfyUI's page.
    package let extraData: JSONValue
    /// The output nodes that were to run.
    package let targets: [String]
    /// What each output node gave, by its id.
    package let outputs: [String: JSONValue]
    package let end: PromptEnd
    /// The nodes that had run before with the same inputs, and were not run.
    package let cachedNodes: [String]
    /// When it began, in milliseconds since 1970 by the server's clock; nil if the server does not say it.
    package let started: Int64?
    /// When it ended, by the same clock; nil if the server does not say it.
    package let ended: Int64?
    /// By which the server counts its prompts; nil if it is no number.
    let number: Double?

    /// Reads the value of one member of `/history`.
    ///
    /// - Returns: Nil for a value that is not ComfyUI's.
    init?(promptID: String, _ json: JSONValue) {
        guard let parts = json["prompt"]?.arrayValue, parts.count > 2, json.objectValue != nil else { return nil }
        self.promptID = promptID
        number = parts[0].lenientDouble
        prompt = parts[2]
        extraData = parts.count > 3 ? parts[3] : .null
        targets = (parts.count > 4 ? parts[4].arrayValue ?? [] : []).compactMap(\.lenientIdentifier)
        outputs = json["outputs"]?.objectValue ?? [:]
        let messages = (json["status"]?["messages"]?.arrayValue ?? []).compactMap { message -> (String, JSONValue)? in
            guard let pair = message.arrayValue, pair.count == 2, let type = pair[0].stringValue else { return nil }
            return (type, pair[1])
        }
        func message(_ type: String) -> JSONValue? { messages.last { $0.0 == type }?.1 }
        cachedNodes = (message("execution_cached")?["nodes"]?.arrayValue ?? []).compactMap(\.lenientIdentifier)
        started = message("execution_start")?["timestamp"]?.lenientInteger
        ended =
            ["execution_success", "execution_error", "execution_interrupted"]
            .compactMap { message($0)?["timestamp"]?.lenientInteger }.first
        if let data = message("execution_interrupted") {
            end = .interrupted(node: data["node_id"]?.lenientIdentifier)
        } else if let data = message("execution_error") {
            end = .failed(ComfyUIFailure(data, prompt: parts[2]))
        } else if json["status"]?["status_str"]?.stringValue == "error" {
            end = .failed(ComfyUIFailure(.null, prompt: parts[2]))
        } else {
            // Versions that wrote no status kept only what had succeeded.
            end = .success
        }
    }

    /// The files that a node gave.
    ///
    /// - Parameter name: Only those of this list, such as `images`; nil for all.
    package func files(of node: String, named name: String? = nil) -> [ServerFile] {
        outputs[node].map { ServerFile.all(in: $0, named: name) } ?? []
    }

    /// The entries of an answer, the newest first.
    static func all(in json: JSONValue) -> [HistoryEntry]? {
        guard let members = json.objectValue else { return nil }
        return members.compactMap { HistoryEntry(promptID: $0.key, $0.value) }.sorted { left, right in
            let (leftTime, rightTime) = (left.started ?? 0, right.started ?? 0)
            if leftTime != rightTime { return leftTime > rightTime }
            let (leftNumber, rightNumber) = (left.number ?? 0, right.number ?? 0)
            return leftNumber != rightNumber ? leftNumber > rightNumber : left.promptID > right.promptID
        }
    }
}
