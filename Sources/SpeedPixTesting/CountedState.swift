import Synchronization

/// A value under a lock, of which something is counted, and tasks that wait until there is enough of it.
final class CountedState<Value: Sendable>: Sendable {
    private struct Contents {
        var value: Value
        var waiting: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let contents: Mutex<Contents>
    private let count: @Sendable (Value) -> Int

    init(_ value: Value, count: @escaping @Sendable (Value) -> Int) {
        contents = Mutex(Contents(value: value))
        self.count = count
    }

    /// Reads or changes the value. Tasks that wait for the count that it then has go on.
    func withLock<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
        let (result, ready) = contents.withLock { contents in
            let result = body(&contents.value)
            let reached = count(contents.value)
            let ready = contents.waiting.filter { $0.count <= reached }.map(\.continuation)
            contents.waiting.removeAll { $0.count <= reached }
            return (result, ready)
        }
        for continuation in ready { continuation.resume() }
        return result
    }

    /// Returns when at least this many are counted.
    func waitForCount(_ wanted: Int) async {
        await withCheckedContinuation { continuation in
            let isReached = contents.withLock { contents in
                if count(contents.value) >= wanted { return true }
                contents.waiting.append((wanted, continuation))
                return false
            }
            if isReached { continuation.resume() }
        }
    }
}
