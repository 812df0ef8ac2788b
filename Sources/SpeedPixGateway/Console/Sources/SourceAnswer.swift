import Hummingbird
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

extension Request {
    /// A number among the parameters of the query.
    ///
    /// - Returns: Nil if it is not there.
    /// - Throws: ``Refusal`` for anything else than a whole number within the bounds.
    func wholeNumber(_ name: String, in range: ClosedRange<Int>) throws(Refusal) -> Int? {
        guard let text = uri.queryParameters.get(name) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw .invalidParameter("\(name) is a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }
}
