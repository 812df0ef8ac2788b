/// A prediction's inputs that are elsewhere. Each is fetched when they are first asked for, and then lies on this machine.
actor RemoteInputs {
    private let inputs: [String: PreparedInput]
    private let scratch: ScratchDirectory
    /// Nil where nothing is fetched.
    private let fetcher: URLFetcher?
    private var fetching: Task<[String: WorkflowInputValue], any Error>?

    init(_ inputs: [String: PreparedInput], in scratch: ScratchDirectory, fetcher: URLFetcher?) {
        self.inputs = inputs
        self.scratch = scratch
        self.fetcher = fetcher
    }

    /// The files, by the names of the inputs.
    ///
    /// - Throws: ``StorageError``; ``WorkflowFailure`` for a file that could not be fetched; `CancellationError`.
    func values() async throws -> [String: WorkflowInputValue] {
        guard !inputs.isEmpty else { return [:] }
        let fetching =
            fetching
            ?? Task { [inputs, scratch, fetcher] in
                var values: [String: WorkflowInputValue] = [:]
                for (name, input) in inputs {
                    values[name] = try await input.value(named: name, in: scratch, fetcher: fetcher)
                }
                return values
            }
        self.fetching = fetching
        return try await withTaskCancellationHandler {
            try await fetching.value
        } onCancel: {
            fetching.cancel()
        }
    }
}
