/// How far one prompt is, as the frames of its server tell it.
///
/// The fraction is the nodes that have finished and the parts of those that run, of all that are to run. It never goes back.
package struct PromptProgress: Sendable, Hashable {
    package let promptID: String
    /// From 0 to 1; 1 only when the prompt has succeeded.
    package private(set) var fraction: Double
    /// The node that began last and has not ended; nil if none runs.
    package private(set) var currentNode: String?
    /// Nil until the server says that the prompt has ended.
    package private(set) var end: PromptEnd?
    /// Whether the server has said that the prompt runs.
    package private(set) var hasStarted = false
    /// The picture that came last.
    package private(set) var preview: PreviewImage?
    /// What the output nodes have given so far, by their ids.
    package private(set) var outputNodes: Set<String> = []

    /// How many of the nodes need not run any more: they have run, or had before with the same inputs.
    package var finishedCount: Int { finished.union(cached).count }

    private let nodes: Set<String>
    private var cached: Set<String> = []
    private var finished: Set<String> = []
    private var running: [String: Double] = [:]
    /// Whether the server tells the states of all nodes: then one that begins does not mean that another has ended.
    private var tellsStates = false

    /// Below this until the server says that the prompt has succeeded.
    private static let almost = 0.99

    /// - Parameters:
    ///   - nodes: The ids of the nodes that are to run: the outputs, and all that they depend on.
    ///   - fraction: What was shown before, at another server.
    package init(promptID: String, nodes: Set<String>, startingAt fraction: Double = 0) {
        self.promptID = promptID
        self.nodes = nodes
        self.fraction = min(max(fraction, 0), Self.almost)
    }

    /// Takes in one frame. Those of other prompts change nothing, nor does what comes after the end.
    ///
    /// Frames that do not name their prompt count only while this one runs.
    ///
    /// - Returns: Whether it changed what is told here.
    @discardableResult
    package mutating func apply(_ event: ComfyUIEvent) -> Bool {
        guard end == nil, isOurs(event) else { return false }
        let old = self
        switch event {
        case .status, .features, .ignored: return false
        case .started: hasStarted = true
        case .cached(_, let ids):
            hasStarted = true
            cached.formUnion(nodes.intersection(ids))
        case .nodes(_, let states):
            hasStarted = true
            tellsStates = true
            for state in states where nodes.contains(state.node) { apply(state) }
        case .progress(_, let node, let part):
            hasStarted = true
            if let node = node ?? currentNode, nodes.contains(node) { running[node] = part }
        case .executing(_, let node): begin(node)
        case .executed(_, let node, _):
            hasStarted = true
            outputNodes.insert(node)
            finish(node)
        case .ended(_, let end): finish(end)
        case .preview(let image): preview = image
        }
        update()
        return self != old
    }

    /// Notes that the prompt runs, when the server's queue has said it: frames that do not name their prompt count from then
    /// on.
    package mutating func markRunning() {
        if end == nil { hasStarted = true }
    }

    private func isOurs(_ event: ComfyUIEvent) -> Bool {
        event.promptID.map { $0 == promptID } ?? hasStarted
    }

    private mutating func apply(_ state: ComfyUIEvent.NodeProgress) {
        switch state.state {
        case .pending: break
        case .running: running[state.node] = state.fraction
        case .finished: finish(state.node)
        }
    }

    private mutating func begin(_ node: String?) {
        if node != nil { hasStarted = true }
        if !tellsStates, let currentNode, currentNode != node { finish(currentNode) }
        currentNode = node
    }

    private mutating func finish(_ node: String) {
        if nodes.contains(node) { finished.insert(node) }
        running[node] = nil
        if currentNode == node { currentNode = nil }
    }

    private mutating func finish(_ end: PromptEnd) {
        hasStarted = true
        self.end = end
        currentNode = nil
        running = [:]
        if end == .success { fraction = 1 }
    }

    private mutating func update() {
        guard end == nil else { return }
        let toRun = nodes.subtracting(cached)
        guard !toRun.isEmpty else { return }
        let done = Double(finished.intersection(toRun).count)
        // In one order, so that the same frames give the same sum.
        let parts = running.filter { toRun.contains($0.key) && !finished.contains($0.key) }.values.sorted().reduce(0, +)
        fraction = max(fraction, min((done + parts) / Double(toRun.count), Self.almost))
    }
}
