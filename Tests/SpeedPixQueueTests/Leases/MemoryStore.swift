import SpeedPixQueue
import Synchronization

/// A store in memory; its clock is what the test says.
final class MemoryStore: WriteOnceStore {
    private let messages = Mutex<[String: WrittenOnce]>([:])
    private let time: @Sendable () -> Int64

    init(time: @escaping @Sendable () -> Int64 = { 0 }) { self.time = time }

    func create(_ subject: String, _ payload: [UInt8]) async throws -> [UInt8] {
        messages.withLock { messages in
            if let known = messages[subject] { return known.payload }
            messages[subject] = WrittenOnce(payload: payload, time: time())
            return payload
        }
    }

    func read(_ subject: String) async throws -> WrittenOnce? { messages.withLock { $0[subject] } }

    var count: Int { messages.withLock { $0.count } }
}
