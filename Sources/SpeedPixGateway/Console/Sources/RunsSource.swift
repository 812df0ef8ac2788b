package import SpeedPix

/// What has been found out about a prediction in doubt.
package enum ConsoleSettlement: Sendable, Equatable {
    /// The service has it, under this id.
    case created(id: String)
    /// The service does not have it.
    case notCreated
    /// It is to be made again, whether or not it was made.
    case again
}

/// Where the console finds the runs of scripts: the gateway itself knows of none.
///
/// Nothing is made where there is none. All throw ``ConsoleSourceProblem``, and `CancellationError`.
package protocol RunsSource: Sendable {
    /// Runs, the newest first, as objects with `id`, `script`, `began`, `ended`, `state` and counts.
    ///
    /// - Parameter limit: The most that are wanted.
    func runs(limit: Int) async throws -> [JSONValue]

    /// A run as ``runs(limit:)`` has it, with its `predictions`.
    func run(_ number: Int64) async throws -> JSONValue

    /// Says what became of a prediction in doubt.
    ///
    /// - Parameters:
    ///   - run: The run that has it; of a batch also the batch's own.
    ///   - prediction: Its position in the run, or its number.
    func settle(_ run: Int64, _ prediction: String, as settlement: ConsoleSettlement) async throws
}
