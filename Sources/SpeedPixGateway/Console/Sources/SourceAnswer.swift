import SpeedPix

extension AdminCall {
    /// What a source of the console answers.
    ///
    /// - Throws: ``Refusal`` for a problem of the source.
    func answered(_ body: () async throws -> JSONValue) async throws -> JSONValue {
        do {
            return try await body()
        } catch let problem as ConsoleSourceProblem {
            throw Refusal(problem.code.rawValue, problem.message)
        }
    }
}
