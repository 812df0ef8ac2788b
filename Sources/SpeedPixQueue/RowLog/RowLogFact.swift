package import SpeedPix

/// A create as it stands in a row's log: what it is and where in the row's script, before it is sent.
package struct LoggedIntent: Sendable, Equatable {
    /// The log's name for the create: random, made when it is claimed, the same for all of its tries.
    package var create: String
    package var position: CreatePosition?
    /// Of all of it; nil for one that cannot be distinguished from others.
    package var digest: String?
    /// The beginning of each input's digest, by the input's name.
    package var inputs: [String: String]
    package var workflowID: String
    package var label: String?
    /// For people: files by their names, URLs without what signs them. Empty if it was too large for the log.
    package var input: [String: JSONValue]

    package init(
        create: String, position: CreatePosition? = nil, digest: String? = nil, inputs: [String: String] = [:],
        workflowID: String, label: String? = nil, input: [String: JSONValue] = [:]
    ) {
        self.create = create
        self.position = position
        self.digest = digest
        self.inputs = inputs
        self.workflowID = workflowID
        self.label = label
        self.input = input
    }
}

/// One thing that a row's log says.
package enum RowLogFact: Sendable, Equatable {
    /// A worker has the row from here on. `take` is random, and what its later entries are signed with.
    case taken(worker: String, take: String)
    /// The worker gives the row back: it is to be done again.
    case released(reason: String)
    /// The create is about to be sent.
    case intent(LoggedIntent)
    /// The newest try of the create had no effect, and nothing of it can come any more.
    case withdrawn(create: String)
    /// The service has taken it. `intent` only where the log may have lost it.
    case created(create: String, record: JSONValue, intent: LoggedIntent? = nil)
    /// Nobody knows whether the service has taken it.
    case inDoubt(create: String, problem: String)
    /// Its prediction has ended. `state` is the service's word, or `stopped` for one that was canceled, but not by its script.
    case ended(create: String, state: String, record: JSONValue)
    /// What `once` keeps.
    case value(name: String, value: JSONValue)
    /// A person's word on a create in doubt: the id of its prediction, or nil if it was not made.
    case settled(create: String, predictionID: String?)
    /// The row has ended. Only what this says is the row's result in this generation.
    case result(generation: Int, result: JSONValue)
    /// A row that has ended is opened once more.
    case again(generation: Int)
}
