import NIOCore
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixGateway

/// A page that takes what is sent to it.
struct TestPage: Sendable {
    let reader: FeedReader
    private let received: CountedState<[String]>
    private let closes: CountedState<Int>
    private let reading: Task<Void, any Error>

    /// - Parameter gate: Holds each event, under its number from 1; nil for a page that takes all at once.
    init(_ feed: ConsoleFeed, gate: Gate? = nil) throws {
        let received = CountedState<[String]>([]) { $0.count }
        let closes = CountedState<Int>(0) { $0 }
        let added = feed.addReader(close: { closes.withLock { $0 += 1 } })
        let reader = try #require(added)
        reading = Task {
            defer { feed.remove(reader) }
            try await feed.send(to: reader) { bytes in
                let number = received.withLock { $0.count + 1 }
                if let gate { try await gate.hold("\(number)") }
                received.withLock { $0.append(String(buffer: bytes)) }
            }
        }
        self.received = received
        self.closes = closes
        self.reader = reader
    }

    /// How many events have come so far.
    var count: Int { received.withLock { $0.count } }

    /// How often its connection was broken.
    var closeCount: Int { closes.withLock { $0 } }

    /// The events, once there are as many.
    func events(_ count: Int) async -> [String] {
        await received.waitForCount(count)
        return received.withLock { $0 }
    }

    /// The predictions that the latest event tells of, once there are as many events.
    func ids(_ count: Int) async throws -> [String] {
        let last = try #require(await events(count).last)
        let start = "event: predictions\ndata: "
        try #require(last.hasPrefix(start) && last.hasSuffix("\n\n"), "\(last)")
        let data = try JSONValue(parsing: Array(last.dropFirst(start.count).utf8))
        return (data["changed"]?.arrayValue ?? []).compactMap { $0.stringValue }
    }

    func waitForClose() async { await closes.waitForCount(1) }

    /// Leaves, and waits until that is known.
    func leave() async {
        reader.end()
        _ = await reading.result
    }
}
