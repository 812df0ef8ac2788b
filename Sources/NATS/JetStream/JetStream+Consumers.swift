extension JetStream {
    /// Makes a durable pull consumer. One that exists is set to this configuration; what cannot be changed, such as another
    /// start, is `.refused`.
    package func createConsumer(_ configuration: ConsumerConfiguration, on stream: String) async throws { fatalError() }

    /// Nil if there is none.
    package func consumer(_ name: String, of stream: String) async throws -> ConsumerInfo? { fatalError() }

    /// False if there was none.
    @discardableResult
    package func deleteConsumer(_ name: String, of stream: String) async throws -> Bool { fatalError() }

    package func consumerNames(of stream: String) async throws -> [String] { fatalError() }

    /// Takes up to `count` messages, waiting up to `expires` for the first; returns those that there are, perhaps none.
    ///
    /// Returns early and empty when the connection is lost: messages that were on their way are handed out again after `ackWait`.
    /// When the task is cancelled, those that came too late are given back at once.
    ///
    /// - Throws: `.notFound` when there is no such consumer or it is deleted meanwhile.
    package func pull(
        _ stream: String, _ consumer: String, count: Int, expires: Duration
    ) async throws -> [PulledMessage] { fatalError() }
}
