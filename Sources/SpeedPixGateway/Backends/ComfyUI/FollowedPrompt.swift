import ComfyUI
import SpeedPix
import Synchronization

/// What a server tells of one prompt: makes progress of it, and keeps what its nodes gave.
final class FollowedPrompt: Sendable {
    private struct State: Sendable {
        var progress: PromptProgress
        var outputs: [String: JSONValue] = [:]
        var label: String?
        var end: PromptEnd?
    }

    private let graph: WorkflowGraph
    private let count: Int
    private let reported: ReportedProgress
    private let tell: @Sendable (PromptRun.Event) -> Void
    private let state: Mutex<State>

    /// - Parameters:
    ///   - targets: The output nodes that are to run.
    ///   - tell: Gets what a run goes by.
    init(
        _ promptID: String, graph: WorkflowGraph, targets: [String], reported: ReportedProgress,
        tell: @escaping @Sendable (PromptRun.Event) -> Void
    ) {
        self.graph = graph
        self.reported = reported
        self.tell = tell
        let nodes = graph.upstream(of: targets)
        count = nodes.count
        state = Mutex(
            State(
                progress: PromptProgress(
                    promptID: promptID, nodes: nodes, startingAt: reported.current.fraction)))
    }

    /// What nodes have given so far, by their ids.
    var outputs: [String: JSONValue] { state.withLock { $0.outputs } }

    /// How it has ended, if a frame has said it.
    var end: PromptEnd? { state.withLock { $0.end } }

    /// Notes that the prompt runs, when the server's queue has said it.
    func markRunning() {
        state.withLock { $0.progress.markRunning() }
    }

    /// Takes in one frame.
    func handle(_ event: ComfyUIEvent) {
        // Older previews do not say whose they are.
        if case .preview(let image) = event, image.promptID == nil { return }
        let (progress, isChanged, label) = state.withLock { state in
            if case .executed(let prompt, let node, let output) = event, prompt == state.progress.promptID {
                state.outputs[node] = output
            }
            let isChanged = state.progress.apply(event)
            if let node = state.progress.currentNode { state.label = name(of: node) }
            return (state.progress, isChanged, state.label)
        }
        guard event.promptID == progress.promptID || progress.hasStarted && event.promptID == nil else { return }
        tell(.heard)
        if isChanged {
            if case .preview(let image) = event { reported.show(image.bytes, mediaType: image.mediaType) }
            reported.update(
                fraction: progress.fraction, step: label ?? "running", number: nodeNumber(progress), total: count)
        }
        guard case .ended(_, var end) = event else { return }
        if case .failed(let failure) = end { end = .failed(failure.named(by: graph.json)) }
        state.withLock { $0.end = end }
        tell(.ended(end))
    }

    /// Which of the nodes runs, counted from 1.
    private func nodeNumber(_ progress: PromptProgress) -> Int {
        min(progress.finishedCount + 1, count)
    }

    /// The node as ComfyUI's page names it.
    private func name(of node: String) -> String {
        let named = graph.nodes[node].map { $0.title ?? $0.classType } ?? "node \(node)"
        return String(named.prefix(60)).printable()
    }
}
