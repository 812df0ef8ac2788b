package import NIOCore
import SpeedPix

extension ComfyUIEvent {
    /// Reads a text frame: `{"type": …, "data": …}`. What cannot be read is an event, too.
    package init(text: some Collection<UInt8>) {
        guard let json = try? PythonJSON.parse(text), let type = json["type"]?.stringValue else {
            self = .ignored(type: "text that is not ComfyUI's")
            return
        }
        self = Self.parsed(type, json["data"] ?? .null) ?? .ignored(type: type.excerpt())
    }

    /// - Returns: Nil for a type that is not known, and for data that lack what the type must have.
    private static func parsed(_ type: String, _ data: JSONValue) -> ComfyUIEvent? {
        let prompt = data["prompt_id"]?.stringValue
        let node = data["node"]?.lenientIdentifier
        switch type {
        case "status":
            let remaining = data["status"]?["exec_info"]?["queue_remaining"]?.lenientInteger
            return .status(remaining: remaining.flatMap { Int(exactly: $0) })
        case "execution_start": return prompt.map { .started(prompt: $0) }
        case "execution_cached":
            let nodes = data["nodes"]?.arrayValue?.compactMap(\.lenientIdentifier) ?? []
            return prompt.map { .cached(prompt: $0, nodes: nodes) }
        case "progress_state": return prompt.map { .nodes(prompt: $0, nodeStates(data["nodes"])) }
        case "progress":
            return .progress(prompt: prompt, node: node, fraction: fraction(data))
        case "executing": return .executing(prompt: prompt, node: node)
        case "executed":
            guard let prompt, let node else { return nil }
            return .executed(prompt: prompt, node: node, output: data["output"] ?? .null)
        case "execution_success": return prompt.map { .ended(prompt: $0, .success) }
        case "execution_error": return prompt.map { .ended(prompt: $0, .failed(ComfyUIFailure(data))) }
        case "execution_interrupted":
            return prompt.map { .ended(prompt: $0, .interrupted(node: data["node_id"]?.lenientIdentifier)) }
        case "feature_flags": return .features(data)
        default: return nil
        }
    }

    private static func nodeStates(_ json: JSONValue?) -> [NodeProgress] {
        (json?.objectValue ?? [:]).sorted { $0.key.isOrderedAsNodeID(before: $1.key) }.compactMap { id, entry in
            guard let state = entry["state"]?.stringValue.flatMap({ NodeProgress.State(rawValue: $0) }) else {
                return nil
            }
            return NodeProgress(node: id, state: state, fraction: fraction(entry))
        }
    }

    /// `value` of `max`, from 0 to 1.
    private static func fraction(_ json: JSONValue) -> Double {
        guard let value = json["value"]?.lenientDouble, let most = json["max"]?.lenientDouble, most > 0 else {
            return 0
        }
        return min(max(value / most, 0), 1)
    }

    /// Reads a binary frame: a type, and for previews what it says (type 1: the picture's format; type 4: JSON of a given
    /// length) and the picture. What cannot be read is an event, too.
    package init(binary frame: ByteBuffer) {
        var rest = frame
        let type = rest.readInteger(as: UInt32.self)
        let second = rest.readInteger(as: UInt32.self)
        switch (type, second) {
        case (1?, _?):
            let image = PreviewImage(promptID: nil, nodeID: nil, bytes: rest)
            self = image.map { .preview($0) } ?? .ignored(type: "preview")
        case (4?, let length?):
            guard let length = Int(exactly: length), let metadata = rest.readSlice(length: length),
                let json = try? PythonJSON.parse(metadata.readableBytesView),
                let image = PreviewImage(
                    promptID: json["prompt_id"]?.stringValue,
                    nodeID: (json["display_node_id"] ?? json["node_id"])?.lenientIdentifier, bytes: rest)
            else {
                self = .ignored(type: "preview")
                return
            }
            self = .preview(image)
        default: self = .ignored(type: type.map { "binary frame \($0)" } ?? "binary frame")
        }
    }
}
