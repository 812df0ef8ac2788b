/// Something the gateway can run: takes named inputs, gives named outputs. The ``Backend`` that offers it runs it.
package protocol Workflow: Sendable {
    /// What clients send as `workflow_id`.
    var id: String { get }
    /// One line for a person.
    var title: String { get }
    /// What it does and what its limits are, in a sentence or two for a person.
    var summary: String { get }
    /// What it takes. Anything else is refused when the prediction is created.
    var inputs: [WorkflowInput] { get }
    /// How long a run takes, before any has been seen.
    var estimatedDuration: Duration { get }
    /// Whether a run keeps a core of this machine busy, and so counts against `computingWorkers`.
    var isComputing: Bool { get }
}

extension Workflow {
    /// Its title, which says enough of most.
    package var summary: String { title }
}
