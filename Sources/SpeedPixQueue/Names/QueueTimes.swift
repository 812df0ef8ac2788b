/// How long a queue waits for a worker of which nothing is heard. A value.
package struct QueueTimes: Sendable, Equatable {
    /// After this a row whose worker has not said that it goes on is handed to another one.
    package var acknowledgement: Duration = .seconds(30)
    /// How long the outcome of another worker's create is waited for before the create counts as in doubt.
    package var outcome: Duration = .seconds(60)

    package init() {}

    /// Between two signs that a row goes on: two of them may be lost.
    package var progress: Duration { acknowledgement / 3 }

    /// As the environment has them, for tests that cannot wait as long: whole seconds. What is no number of them counts as unset. A
    /// batch and its workers must have the same.
    package init(environment: [String: String]) {
        func seconds(_ name: String) -> Duration? {
            environment[name].flatMap { Int64($0) }.flatMap { $0 > 0 ? .seconds($0) : nil }
        }
        if let wait = seconds("SPEEDPIX_QUEUE_ACK_WAIT") { acknowledgement = wait }
        if let wait = seconds("SPEEDPIX_QUEUE_DOUBT_WAIT") { outcome = wait }
    }
}
