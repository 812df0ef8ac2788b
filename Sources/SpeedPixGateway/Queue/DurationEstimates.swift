/// How long each workflow takes, learned from its runs.
struct DurationEstimates: Sendable {
    /// How much the newest run counts: a change of habit shows after a few runs, one outlier does not stay.
    static let weight = 0.3

    private var learned: [String: Duration] = [:]

    func estimate(for workflow: any Workflow) -> Duration {
        learned[workflow.id] ?? workflow.estimatedDuration
    }

    /// Takes a run into account.
    mutating func add(_ duration: Duration, for workflow: any Workflow) {
        let before = estimate(for: workflow)
        learned[workflow.id] = before * (1 - Self.weight) + duration * Self.weight
    }
}
