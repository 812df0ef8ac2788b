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
    /// What a run is known to give, besides `info`; empty if that shows only when it has run.
    var declaredOutputs: [DeclaredOutput] { get }
    /// How long a run takes, before any has been seen.
    var estimatedDuration: Duration { get }
    /// Whether a run keeps a core of this machine busy, and so counts against `computingWorkers`.
    var isComputing: Bool { get }
    /// Whether a run goes on on another machine, and so counts against `remoteWorkers` only.
    var isRemote: Bool { get }
}

extension Workflow {
    /// False, as of everything that runs here.
    package var isRemote: Bool { false }

    /// None.
    package var declaredOutputs: [DeclaredOutput] { [] }

    /// Its title, which says enough of most.
    package var summary: String { title }
}
