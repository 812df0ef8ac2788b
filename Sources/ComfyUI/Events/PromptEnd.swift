/// How a prompt ended.
package enum PromptEnd: Sendable, Hashable {
    case success
    case failed(ComfyUIFailure)
    /// Somebody stopped it, at this node if the server said so.
    case interrupted(node: String?)
}
