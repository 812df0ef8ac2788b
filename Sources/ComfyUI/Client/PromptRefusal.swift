package import SpeedPix

/// Why a server does not run a prompt, as its answer to `POST /prompt` says it.
package struct PromptRefusal: Sendable, Hashable, CustomStringConvertible {
    /// ComfyUI's own name of the reason, such as `missing_node_type`; empty if it gave none.
    package let type: String
    /// What ComfyUI says of the prompt as a whole, shortened.
    package let message: String
    /// The class that the server does not have, if that is the reason.
    package let missingClass: String?
    /// What is wrong with single nodes, in the order of their ids.
    package let nodeErrors: [PromptNodeError]

    /// Whether the prompt could run where other custom nodes, models or files are.
    package var dependsOnServer: Bool {
        missingClass != nil || !nodeErrors.isEmpty && nodeErrors.allSatisfy(\.dependsOnServer)
    }

    /// Reads the `error` and the `node_errors` of an answer.
    ///
    /// - Parameters:
    ///   - answer: The body of the answer.
    ///   - prompt: The prompt that was posted, for the titles of its nodes.
    /// - Returns: Nil if the answer names neither.
    package init?(answer: JSONValue, prompt: JSONValue) {
        let nodeErrors = PromptNodeError.all(in: answer["node_errors"], prompt: prompt)
        let error = answer["error"]
        guard error != nil || !nodeErrors.isEmpty else { return nil }
        self.nodeErrors = nodeErrors
        type = error?["type"]?.stringValue?.excerpt() ?? ""
        // Versions before 0.3 answered with a text alone for some reasons.
        let parts = [error?["message"]?.stringValue ?? error?.stringValue, error?["details"]?.stringValue]
        message = parts.compactMap { $0?.excerpt(300) }.filter { !$0.isEmpty }.joined(separator: ": ")
        let info = error?["extra_info"]
        if type == "missing_node_type" || type == "invalid_prompt" {
            missingClass = info?["class_type"]?.stringValue?.excerpt()
        } else {
            missingClass = nil
        }
        let title = info?["node_title"]?.stringValue
        if let id = info?["node_id"]?.lenientIdentifier {
            missingNode = NodeName(id: id, prompt: prompt, className: nil, title: title).description
        } else {
            missingNode = title.map { "the node “\($0.excerpt())”" }
        }
    }

    /// The node whose class is missing, as messages name it.
    private let missingNode: String?

    /// In words for whoever made the workflow, at most five nodes of them.
    package var description: String {
        if let missingClass {
            let node = missingNode.map { "\($0) needs it" } ?? "the workflow needs it"
            return "the server has no node class \(missingClass), and \(node)"
        }
        switch type {
        case "prompt_no_outputs": return "the workflow has no node that gives an output"
        case "invalid_prompt_id": return "the server does not take the prompt's id: \(message)"
        default: break
        }
        guard !nodeErrors.isEmpty else { return message.isEmpty ? "the server gave no reason" : message }
        let shown = nodeErrors.prefix(5).map(\.description).joined(separator: "; ")
        return nodeErrors.count > 5 ? "\(shown); and \(nodeErrors.count - 5) more" : shown
    }

    /// What to do about it, if there is something to do.
    package var remedy: String? {
        if missingClass != nil {
            return "install the custom nodes that have it on the server and start it again, or leave the node out"
        }
        return nodeErrors.lazy.compactMap(\.remedy).first
    }
}
