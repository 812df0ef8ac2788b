extension JetStream {
    /// Makes a stream. One that exists with the same configuration is left as it is; another is `.refused(10058)`.
    package func createStream(_ configuration: StreamConfiguration) async throws { fatalError() }

    package func updateStream(_ configuration: StreamConfiguration) async throws { fatalError() }

    /// Nil if there is none.
    package func stream(_ name: String) async throws -> StreamInfo? { fatalError() }

    /// False if there was none.
    @discardableResult
    package func deleteStream(_ name: String) async throws -> Bool { fatalError() }

    /// The names of all streams, or of those with a subject that this one, which may have wildcards, matches.
    package func streamNames(subject: String? = nil) async throws -> [String] { fatalError() }

    /// The subjects that have messages, with how many. `filter` may have wildcards.
    package func subjects(in stream: String, filter: String) async throws -> [String: Int] { fatalError() }

    /// Removes the messages of a subject, which may have wildcards. Says how many there were.
    @discardableResult
    package func purgeStream(_ name: String, filter: String) async throws -> Int { fatalError() }
}
