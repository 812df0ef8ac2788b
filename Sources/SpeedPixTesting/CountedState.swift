import Synchronization

/// A value under a lock, of which something is counted, and tasks that wait until there is enough of it.
package final class CountedState<Value: Sendable>: Sendable {
    private struct Waiter {
        let isMet: @Sendable (Value) -> Bool
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct Contents {
        var value: Value
        var nextID = 0
        var waiting: [Int: Waiter] = [:]
    }

    private let contents: Mutex<Contents>
    private let count: @Sendable (Value) -> Int

    package init(_ value: Value, count: @escaping @Sendable (Value) -> Int) {
        contents = Mutex(Contents(value: value))
        self.count = count
    }

    /// Reads or changes the value. Tasks that wait for what it then is go on.
    package func withLock<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
        let (result, ready) = contents.withLock { contents in
            let result = body(&contents.value)
            let ready = contents.waiting.filter { $0.value.isMet(contents.value) }.sorted { $0.key < $1.key }
            for (id, _) in ready { contents.waiting[id] = nil }
            return (result, ready.map(\.value.continuation))
        }
        for continuation in ready { continuation.resume() }
        return result
    }

    /// Returns when at least this many are counted, or the calling task is cancelled.
    package func waitForCount(_ wanted: Int) async {
        await wait { [count] in count($0) >= wanted }
    }

    /// Returns when the value meets a condition, or the calling task is cancelled.
    package func wait(until isMet: @escaping @Sendable (Value) -> Bool) async {
        let id = contents.withLock { contents in
            contents.nextID += 1
            return contents.nextID
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = contents.withLock { contents in
                    // Under the lock: a later cancellation finds the waiter.
                    if Task.isCancelled || isMet(contents.value) { return true }
                    contents.waiting[id] = Waiter(isMet: isMet, continuation: continuation)
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            contents.withLock { $0.waiting.removeValue(forKey: id) }?.continuation.resume()
        }
    }
}
