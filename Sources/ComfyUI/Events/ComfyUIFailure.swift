package import SpeedPix

/// Why a prompt failed while it ran, as `execution_error` says it, without the Python traceback.
package struct ComfyUIFailure: Sendable, Hashable, CustomStringConvertible {
    /// The node that failed; nil if the server did not say it.
    package let nodeID: String?
    package let nodeClass: String?
    /// The node's title, if it is known and not empty.
    package let title: String?
    /// The name of the Python exception: `ValueError`.
    package let exceptionType: String?
    /// What the exception says, in one line and shortened; never empty.
    package let message: String
    private let node: NodeName?

    /// How long the message may be, in characters.
    private static let messageLimit = 400

    /// - Parameters:
    ///   - data: The `data` of an `execution_error`, from a frame or from the history.
    ///   - prompt: The prompt in API format, for the node's title; null if it is not known.
    package init(_ data: JSONValue, prompt: JSONValue = .null) {
        node = data["node_id"]?.lenientIdentifier.map {
            NodeName(id: $0, prompt: prompt, className: data["node_type"]?.stringValue)
        }
        nodeID = node?.id
        nodeClass = node?.className
        title = node?.title
        // torch.OutOfMemoryError: the module says nothing to whoever made the workflow.
        let type = data["exception_type"]?.stringValue?.split(separator: ".").last.map { String($0).excerpt() }
        exceptionType = type
        let text = Self.withoutTraceback(data["exception_message"]?.stringValue ?? "").excerpt(Self.messageLimit)
        message = text.isEmpty ? type ?? "the server gave no reason" : text
    }

    /// The same failure with the title of its node, where frames do not have it.
    package func named(by prompt: JSONValue) -> ComfyUIFailure {
        guard let nodeID, title == nil else { return self }
        var data: [String: JSONValue] = ["node_id": .string(nodeID), "exception_message": .string(message)]
        if let nodeClass { data["node_type"] = .string(nodeClass) }
        if let exceptionType { data["exception_type"] = .string(exceptionType) }
        return ComfyUIFailure(.object(data), prompt: prompt)
    }

    private static func withoutTraceback(_ text: String) -> String {
        guard let start = text.firstRange(of: "Traceback (most recent call last)") else { return text }
        return String(text[..<start.lowerBound])
    }

    /// `node 3 (KSampler): CUDA out of memory`
    package var description: String { node.map { "\($0): \(message)" } ?? message }

    /// What to do about it, if there is something to do.
    package var remedy: String? {
        let isMemory = exceptionType == "OutOfMemoryError" || message.lowercased().contains("out of memory")
        return isMemory
            ? "make smaller pictures or fewer at a time, or free the server's memory of models that other workflows left there"
            : nil
    }
}
