/// A prompt that a server has put into its queue.
package struct SubmittedPrompt: Sendable, Hashable {
    /// As the server answered it: another than was posted at versions that give ids themselves.
    package let promptID: String
    /// What the server says of outputs that it left out, although it runs the others; nil if all will run.
    package let leftOut: PromptRefusal?
}
