import BenchmarkKit
import NIOCore
import ProcessKit
import SpeedPix

/// A page's stream of events, which is read while something is waited for.
struct ConsoleEvents {
    private var chunks: AnyByteStream.AsyncIterator
    /// The end of what has arrived, in which what is waited for may begin.
    private var received: [UInt8] = []

    /// Opens a stream, and waits until it is greeted: from then on it is told of every change.
    init(_ client: ConsoleClient) async throws {
        chunks = try await client.events().makeAsyncIterator()
        try await wait(for: "event: hello")
    }

    /// Reads on until a text has arrived.
    ///
    /// - Throws: ``ChildProcess/Failure`` if the stream ends before.
    mutating func wait(for text: String) async throws {
        let wanted = Array(text.utf8)
        while let chunk = try await chunks.next() {
            received += chunk.readableBytesView
            guard received.firstRange(of: wanted) == nil else {
                received = []
                return
            }
            received = Array(received.suffix(wanted.count))
        }
        throw ChildProcess.Failure(message: "a stream of events ended")
    }

    /// Creates a prediction, and reads on until an event tells of it.
    ///
    /// - Returns: Nanoseconds from the beginning of the create, which is a part of them.
    mutating func timeOfCreate(by client: SpeedPixClient) async throws -> Double {
        let clock = ContinuousClock()
        let start = clock.now
        let id = try await client.predictions.create("echo", input: ["text": .string("new")]).id
        try await wait(for: id)
        return Stopwatch.nanoseconds(clock.now - start)
    }
}
