/// Predictions that share workers: while one pool is full, those of the others still start.
enum PredictionPool: Sendable, CaseIterable {
    /// Those that keep a core of this machine busy.
    case computing
    /// Those that run on other machines, where they wait for their turn once more.
    case remote
    /// All others.
    case light

    init(_ workflow: any Workflow) {
        self = workflow.isRemote ? .remote : workflow.isComputing ? .computing : .light
    }
}
