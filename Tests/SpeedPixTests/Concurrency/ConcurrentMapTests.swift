import Synchronization
import Testing

@testable import SpeedPix

@Suite("The concurrent map")
struct ConcurrentMapTests {
    private struct Failure: Error {}

    @Test("keeps the order of the elements, whichever ends first")
    func keepsTheOrder() async throws {
        let (stream, continuation) = AsyncStream<Void>.makeStream()
        let results = try await (0..<20).concurrentMap(limit: 4) { number in
            // The first one ends after the third.
            if number == 0 { for await _ in stream { break } }
            if number == 2 { continuation.yield() }
            return number * 10
        }
        #expect(results == (0..<20).map { $0 * 10 })
    }

    @Test("runs no more at once than its limit", arguments: [0, 1, 3])
    func keepsToTheLimit(limit: Int) async throws {
        let running = Mutex((now: 0, most: 0))
        _ = try await (0..<30).concurrentMap(limit: limit) { _ in
            running.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
            await Task.yield()
            running.withLock { $0.now -= 1 }
        }
        #expect(running.withLock { $0.most } <= max(limit, 1))
    }

    @Test("passes on each result in order, and begins no more after an error")
    func endsWithTheFirstError() async {
        var received: [Int] = []
        let begun = Mutex(0)
        await #expect(throws: Failure.self) {
            try await (0..<100).concurrentMap(limit: 1) { number in
                begun.withLock { $0 += 1 }
                if number == 3 { throw Failure() }
                return number
            } receive: {
                received.append($0)
            }
        }
        #expect(received == [0, 1, 2])
        #expect(begun.withLock { $0 } == 4)
    }

    @Test("has no results for no elements")
    func takesNoElements() async throws {
        #expect(try await [Int]().concurrentMap(limit: .max) { $0 }.isEmpty)
    }
}
