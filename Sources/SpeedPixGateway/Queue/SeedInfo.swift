import SpeedPix

/// The seeds that a prediction has run with, for its `info`: by them the same result is made again.
struct SeedInfo: Sendable {
    /// By the names of the inputs that have them, else by `NODE.FIELD`. None of a workflow that is not from ComfyUI, which
    /// reports its seed itself.
    let seeds: [String: JSONValue]

    init(_ job: BackendJob) {
        guard let workflow = job.workflow as? PublishedWorkflow else {
            seeds = [:]
            return
        }
        seeds = WorkflowSubstitution(workflow: workflow).usedSeeds(inputs: job.inputs, drawn: job.seeds)
    }

    /// What a run has said of itself, with the seeds beside it. What it says of one counts.
    func adding(to info: JSONValue?) -> JSONValue? {
        guard !seeds.isEmpty else { return info }
        switch info {
        case nil, .null?: return .object(seeds)
        case .object(let members)?: return .object(seeds.merging(members, uniquingKeysWith: { $1 }))
        case let value?: return .object(seeds.merging(["message": value], uniquingKeysWith: { $1 }))
        }
    }
}
