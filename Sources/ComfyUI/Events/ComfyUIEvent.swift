package import SpeedPix

/// One frame of a server's WebSocket.
package enum ComfyUIEvent: Sendable, Hashable {
    /// How far one node is.
    package struct NodeProgress: Sendable, Hashable {
        package enum State: String, Sendable, Hashable {
            case pending
            case running
            case finished
        }

        package let node: String
        package let state: State
        /// From 0 to 1.
        package let fraction: Double
    }

    /// The server's queue has changed. It comes after every post, and first on a new connection.
    ///
    /// - Parameter remaining: Prompts that wait or run, those of others too; nil if the server does not say it.
    case status(remaining: Int?)
    /// A prompt has begun.
    case started(prompt: String)
    /// Nodes of a prompt that need not run, since they ran before with the same inputs.
    case cached(prompt: String, nodes: [String])
    /// How far the nodes of a prompt are.
    case nodes(prompt: String, [NodeProgress])
    /// How far one node is, as versions before 2025 say it; some of them do not say of which prompt.
    case progress(prompt: String?, node: String?, fraction: Double)
    /// A node begins; no node when the prompt has ended. The frame after a reconnect does not say of which prompt.
    case executing(prompt: String?, node: String?)
    /// A node has given an output.
    case executed(prompt: String, node: String, output: JSONValue)
    /// A prompt has ended.
    case ended(prompt: String, PromptEnd)
    case preview(PreviewImage)
    /// What the server can do; it answers with it when a client says what it can.
    case features(JSONValue)
    /// A frame that says nothing to this program, or is malformed.
    case ignored(type: String)

    /// The prompt that the frame is about; nil where it does not say it.
    package var promptID: String? {
        switch self {
        case .status, .features, .ignored: nil
        case .started(let prompt), .cached(let prompt, _), .nodes(let prompt, _): prompt
        case .executed(let prompt, _, _), .ended(let prompt, _): prompt
        case .progress(let prompt, _, _), .executing(let prompt, _): prompt
        case .preview(let image): image.promptID
        }
    }
}
