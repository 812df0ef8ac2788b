import Synchronization

/// What is to be done as soon as tries of workflows have ended. It is in memory alone: of a try that the next gateway ends,
/// a person keeps the result.
final class WorkflowTrials: Sendable {
    private let pending = Mutex<[String: @Sendable () async -> Void]>([:])

    /// - Parameters:
    ///   - prediction: The id of the try.
    ///   - finish: Called once, when ``ended(_:)`` is.
    func add(_ prediction: String, _ finish: @escaping @Sendable () async -> Void) {
        pending.withLock { $0[prediction] = finish }
    }

    /// A prediction has ended, of whatever kind.
    func ended(_ prediction: String) async {
        let finish = pending.withLock { $0.removeValue(forKey: prediction) }
        await finish?()
    }
}
