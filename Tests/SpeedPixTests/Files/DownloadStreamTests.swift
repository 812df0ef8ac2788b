import HTTPTypes
import NIOCore
import SpeedPix
import SpeedPixTestSupport
import Synchronization
import Testing

@Suite("Streaming downloads")
struct DownloadStreamTests {
    private func text(_ service: ScriptedService) async throws -> String {
        var bytes: [UInt8] = []
        for try await chunk in service.files.stream(DownloadTests.url) { bytes += chunk.readableBytesView }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("A stream passes the file on, with and without an announced length", arguments: [12, nil])
    func wholeFile(_ announced: Int?) async throws {
        #expect(try await text(ScriptedService(DownloadTests.whole(announced))) == "hello, world")
        #expect(try await text(ScriptedService(.body([], headers: [.contentLength: "0"]))).isEmpty)
    }

    @Test("A stream sends nothing before its first chunk is asked for, and each iteration downloads anew")
    func lazy() async throws {
        let service = try ScriptedService(then: DownloadTests.whole())
        let output = try #require(FileOutput(.string(DownloadTests.url)))
        let stream = service.files.stream(output)
        var iterator = stream.makeAsyncIterator()
        #expect(service.requests.isEmpty)
        #expect(try await iterator.next()?.readableBytes == 7)
        #expect(try await iterator.next()?.readableBytes == 5)
        #expect(try await iterator.next() == nil)
        #expect(try await iterator.next() == nil)
        var again = try output.attached(to: service.files).stream().makeAsyncIterator()
        _ = try await again.next()
        #expect(service.requests.count == 2)
    }

    @Test("A stream that breaks off continues with Range and If-Range")
    func brokenStreamContinues() async throws {
        let service = try ScriptedService(
            ResumeTests.broken(after: 4), ResumeTests.rest("45", range: "4-9/10", then: ResumeTests.cut),
            ResumeTests.rest("6789", range: "6-9/10"))
        #expect(try await text(service) == "0123456789")
        #expect(service.requests.map { $0.headers[.range] } == [nil, "bytes=4-", "bytes=6-"])
    }

    @Test("A stream leaves out what it has passed on when the store begins anew")
    func storeWithoutRanges() async throws {
        let whole = ScriptedReply.body([Array("01".utf8), Array("23456".utf8), Array("789".utf8)])
        #expect(try await text(ScriptedService(ResumeTests.broken(after: 4), whole)) == "0123456789")
    }

    @Test(
        "A stream fails when the file has become another one",
        arguments: ["ABCDEFGHIJ", "012", "0124"])
    func changedFile(_ text: String) async throws {
        let service = try ScriptedService(ResumeTests.broken(after: 4), .text(text))
        let error = try await speedPixError { try await self.text(service) }
        #expect(error.code == .invalidResponse)
    }

    @Test("A stream fails as a download does")
    func failures() async throws {
        let expired = try await speedPixError { try await text(ScriptedService(.text("", status: 403))) }
        #expect(expired.httpStatus == 403 && expired.remedy?.contains("expired") == true)
        let lost = try await speedPixError { try await text(ScriptedService(then: .reset)) }
        #expect(lost.code == .network)
        let service = try ScriptedService()
        for url in ["http://127.0.0.1/a.png", "http://10.0.0.1/a.png"] {
            let error = try await speedPixError { for try await _ in service.files.stream(url) {} }
            #expect(error.code == .notAllowed)
        }
        let error = try await speedPixError { for try await _ in service.files.stream("./a.png") {} }
        #expect(error.code == .invalidArgument)
        #expect(service.requests.isEmpty)
    }

    /// A body that makes a chunk whenever it is asked, and tells how many it has made and whether it was dropped.
    private final class CountedBody: AsyncSequence, Sendable {
        typealias Element = ByteBuffer
        let made = Counter()
        let count = Mutex(0)
        let dropped = Gate()
        let length: Int

        init(length: Int) { self.length = length }

        final class AsyncIterator: AsyncIteratorProtocol {
            let body: CountedBody
            init(_ body: CountedBody) { self.body = body }
            deinit {
                let gate = body.dropped
                gate.open("dropped")
            }

            func next() async throws -> ByteBuffer? {
                let made = body.count.withLock { count in
                    count += 1
                    return count
                }
                return made > body.length ? nil : ByteBuffer(repeating: 1, count: 10)
            }
        }

        func makeAsyncIterator() -> AsyncIterator { AsyncIterator(self) }

        var reply: ScriptedReply {
            ScriptedReply("counted") { _ in
                TransportResponse(status: .ok, headers: [:], body: AnyByteStream(self))
            }
        }
    }

    @Test("A stream fetches no more than a few chunks ahead of its reader")
    func backpressure() async throws {
        let body = CountedBody(length: 1000)
        let service = try ScriptedService(body.reply)
        var iterator = service.files.stream(DownloadTests.url).makeAsyncIterator()
        for read in 1...100 {
            _ = try await iterator.next()
            for _ in 0..<20 { await Task.yield() }
            #expect(body.count.withLock { $0 } <= read + 3)
        }
    }

    @Test("Leaving the loop of a stream ends its connection")
    func leavingTheLoop() async throws {
        let body = CountedBody(length: .max)
        let service = try ScriptedService(body.reply)
        for try await _ in service.files.stream(DownloadTests.url) { break }
        try await body.dropped.hold("dropped")
    }

    @Test("Cancelling the task of a stream ends its connection")
    func cancelling() async throws {
        let ended = Gate()
        let reply = ScriptedReply("stalling") { _ in
            let (stream, continuation) = AsyncStream<ByteBuffer>.makeStream()
            continuation.onTermination = { _ in ended.open("ended") }
            continuation.yield(ByteBuffer(bytes: [1]))
            return TransportResponse(status: .ok, headers: [:], body: AnyByteStream(stream))
        }
        let service = try ScriptedService(reply)
        let first = Gate()
        let task = Task {
            for try await _ in service.files.stream(DownloadTests.url) { await first.wait("go on") }
        }
        await first.waitForStarts(1)
        first.open("go on")
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        try await ended.hold("ended")
    }

    @TaskLocal private static var mark = 0

    @Test("A stream is sent with the task-local values of the task that reads it")
    func taskLocals() async throws {
        let seen = Mutex<[Int]>([])
        let service = try ScriptedService(
            then: ScriptedReply("notes") { request in
                seen.withLock { $0.append(Self.mark) }
                return try await DownloadTests.whole().respond(request)
            })
        let stream = service.files.stream(DownloadTests.url)
        try await Self.$mark.withValue(7) { for try await _ in stream {} }
        #expect(seen.withLock { $0 } == [7])
    }
}
