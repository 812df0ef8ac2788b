import SpeedPix

/// What is wrong with one node of a prompt.
package struct PromptNodeError: Sendable, Hashable, CustomStringConvertible {
    /// ComfyUI's own name of the reason, such as `value_not_in_list`.
    package let type: String
    /// The node's id, as the prompt has it.
    package let nodeID: String
    /// Its class, if it is known.
    package let nodeClass: String?
    /// Its title, if it is known and not empty.
    package let title: String?
    /// The input that is wrong, if it is one.
    package let inputName: String?
    /// What the input has, as JSON and shortened; nil where the server did not say it.
    package let receivedValue: String?
    /// What ComfyUI says, shortened.
    package let message: String
    private let node: NodeName
    private let details: String
    private let minimum: String?
    private let maximum: String?

    /// Whether it is a file or a model, which another server may have.
    var dependsOnServer: Bool { type == "value_not_in_list" || type == "custom_validation_failed" }

    /// Reads `node_errors`: errors by the ids of their nodes.
    static func all(in nodeErrors: JSONValue?, prompt: JSONValue) -> [PromptNodeError] {
        guard let members = nodeErrors?.objectValue else { return [] }
        return members.sorted { $0.key.isOrderedAsNodeID(before: $1.key) }.flatMap { id, entry in
            let className = entry["class_type"]?.stringValue
            return (entry["errors"]?.arrayValue ?? []).map {
                PromptNodeError($0, id: id, className: className, prompt: prompt)
            }
        }
    }

    private init(_ error: JSONValue, id: String, className: String?, prompt: JSONValue) {
        node = NodeName(id: id, prompt: prompt, className: className)
        nodeID = id
        nodeClass = node.className
        title = node.title
        type = error["type"]?.stringValue?.excerpt() ?? ""
        message = error["message"]?.stringValue?.excerpt(200) ?? ""
        details = error["details"]?.stringValue?.excerpt(200) ?? ""
        let info = error["extra_info"]
        inputName = info?["input_name"]?.stringValue?.excerpt()
        receivedValue = info?["received_value"].map(Self.shown)
        let options = info?["input_config"]?.arrayValue?.dropFirst().first
        minimum = options?["min"].map(Self.shown)
        maximum = options?["max"].map(Self.shown)
    }

    private static func shown(_ value: JSONValue) -> String {
        ((try? value.encoded()).map { String(decoding: $0, as: UTF8.self) } ?? "a number that JSON does not have")
            .excerpt()
    }

    /// `node 3 (KSampler): steps is 0; the least is 1`
    package var description: String { "\(node): \(reason)" }

    private var reason: String {
        let input = inputName ?? "an input"
        let value = receivedValue ?? "something else"
        switch type {
        case "value_not_in_list":
            return "\(input) is \(value), which the server does not have"
        case "value_smaller_than_min":
            return "\(input) is \(value)" + (minimum.map { "; the least is \($0)" } ?? ", which is too small")
        case "value_bigger_than_max":
            return "\(input) is \(value)" + (maximum.map { "; the most is \($0)" } ?? ", which is too large")
        case "required_input_missing":
            return "\(inputName ?? details) is missing"
        case "invalid_input_type":
            return "\(input) is \(value), which is of another type than the node takes"
        case "return_type_mismatch":
            return "\(input) is linked to an output of another type"
        case "custom_validation_failed":
            return details.isEmpty ? message : details
        default:
            let parts = [message, details].filter { !$0.isEmpty }
            return parts.isEmpty ? "the server gave no reason" : parts.joined(separator: ": ")
        }
    }

    /// What to do about it, if there is something to do.
    var remedy: String? {
        switch type {
        case "value_not_in_list":
            "put the file or the model on the server and start it again, or choose one that it has"
        case "custom_validation_failed": "upload the file that the node names"
        default: nil
        }
    }
}

extension String {
    /// Whether a node's id comes before another: whole numbers by their value, before everything else.
    func isOrderedAsNodeID(before other: String) -> Bool {
        switch (Int64(self), Int64(other)) {
        case (let left?, let right?): left < right
        case (_?, nil): true
        case (nil, _?): false
        case (nil, nil): self < other
        }
    }
}
