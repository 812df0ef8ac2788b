/// Who asks for a prediction.
enum PredictionViewer: Sendable {
    /// A signed call, which is told of its own application key's alone.
    case caller(Caller)
    /// The console, which shows those of all keys to whoever may read the gateway's folder.
    case console

    /// - Parameter owner: The application key that created it; nil if nobody knows.
    func sees(predictionOf owner: String?) -> Bool {
        switch self {
        case .caller(let caller): caller.owns(predictionOf: owner)
        case .console: true
        }
    }
}

extension PredictionQueue {
    /// How a caller's own prediction stands.
    ///
    /// - Throws: As ``prediction(_:seenBy:)``.
    func prediction(_ id: String, for caller: Caller) async throws -> PredictionRecord {
        try await prediction(id, seenBy: .caller(caller))
    }

    /// Ends a caller's own prediction.
    ///
    /// - Throws: As ``cancel(_:seenBy:)``.
    func cancel(_ id: String, for caller: Caller) async throws -> PredictionRecord {
        try await cancel(id, seenBy: .caller(caller))
    }
}
