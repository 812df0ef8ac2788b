import NIOCore
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixGateway

@Suite("What pages are told of changes", .timeLimit(.minutes(1)))
struct ConsoleFeedTests {
    @Test(
        "ConsoleFeed: a page is greeted, told of a change at once, and then no timer is left but that of the comments")
    func change() async throws {
        let test = TestFeed()
        let page = try TestPage(test.feed)
        #expect(await page.events(1) == ["event: hello\ndata: {\"start\":\"now\"}\n\n"])
        await test.clock.waitForSleepers(1)
        #expect(test.feed.isIdle && test.clock.pauseCount == 0)
        test.feed.note(.changed("a"))
        #expect(
            await page.events(2).last
                == "event: predictions\ndata: {\"changed\":[\"a\"],\"load\":{\"running\":1,\"waiting\":2}}\n\n")
        await test.tick()
        await test.waitUntilIdle()
        #expect(test.clock.pauseCount == 0 && test.clock.sleeperCount == 1)
        await page.leave()
        #expect(test.clock.sleeperCount == 0)
    }

    @Test("ConsoleFeed: changes that follow one go out together after a tenth of a second, each prediction once")
    func burst() async throws {
        let test = TestFeed()
        let page = try TestPage(test.feed)
        test.feed.note(.changed("a"))
        #expect(try await page.ids(2) == ["a"])
        await test.clock.waitForPauses(1)
        for id in ["c", "b", "c"] { test.feed.note(.changed(id)) }
        #expect(page.count == 2)
        await test.tick()
        #expect(try await page.ids(3) == ["c", "b"])
        #expect(test.requests == [["a"], ["c", "b"]])
        await page.leave()
    }

    @Test("ConsoleFeed: the progress of what runs is told when it has changed, and not otherwise")
    func progress() async throws {
        let test = TestFeed()
        let page = try TestPage(test.feed)
        let progress = ReportedProgress()
        test.feed.note(.began("a", progress))
        #expect(try await page.ids(2) == ["a"])
        let steps: [@Sendable () -> Void] = [
            { progress.update(fraction: 0.5, step: "draws", number: 1, total: 2) },
            { progress.show(ByteBuffer(bytes: [1]), mediaType: "image/jpeg") },
            { progress.show(ByteBuffer(bytes: [1]), mediaType: "image/jpeg") }, { progress.wait(behind: 3) },
            { progress.begin(after: .seconds(1)) },
        ]
        for (index, step) in steps.enumerated() {
            await test.clock.waitForPauses(1)
            step()
            await test.tick()
            #expect(try await page.ids(index + 3) == ["a"])
            // Nothing has changed since.
            await test.tick()
            await test.clock.waitForPauses(1)
            #expect(page.count == index + 3)
        }
        test.feed.note(.ended("a"))
        await test.tick()
        #expect(try await page.ids(steps.count + 3) == ["a"])
        await test.tick()
        await test.waitUntilIdle()
        #expect(test.clock.pauseCount == 0)
        await page.leave()
    }

    @Test("ConsoleFeed: without a page nothing is looked at; one that comes is told how what runs goes on")
    func noPage() async throws {
        let test = TestFeed()
        let progress = ReportedProgress()
        test.feed.note(.began("a", progress))
        test.feed.note(.changed("b"))
        test.feed.note(.workflows)
        #expect(test.feed.isIdle && test.clock.sleeperCount == 0)
        let page = try TestPage(test.feed)
        await test.clock.waitForPauses(1)
        #expect(test.requests.isEmpty)
        progress.update(fraction: 0.1, step: "draws", number: nil, total: nil)
        await test.tick()
        #expect(try await page.ids(2) == ["a"])
        await page.leave()
        #expect(test.feed.isIdle && test.clock.sleeperCount == 0)
    }

    @Test("ConsoleFeed: an event is made once for all pages")
    func shared() async throws {
        let test = TestFeed()
        let pages = [try TestPage(test.feed), try TestPage(test.feed), try TestPage(test.feed)]
        for page in pages { _ = await page.events(1) }
        test.feed.note(.changed("a"))
        for page in pages { #expect(try await page.ids(2) == ["a"]) }
        #expect(test.requests == [["a"]])
        for page in pages { await page.leave() }
    }

    @Test("ConsoleFeed: a page that takes its time gets what it has missed as one event, and others do not wait for it")
    func slowPage() async throws {
        let test = TestFeed()
        let gate = Gate()
        let slow = try TestPage(test.feed, gate: gate)
        let fast = try TestPage(test.feed)
        await gate.waitForStarts(1)
        _ = await fast.events(1)
        for (index, id) in ["a", "b", "a", "c"].enumerated() {
            test.feed.note(.changed(id))
            #expect(try await fast.ids(index + 2) == [id])
            await test.tick()
        }
        #expect(slow.count == 0)
        gate.open("1")
        gate.open("2")
        #expect(try await slow.ids(2) == ["a", "b", "c"])
        #expect(slow.count == 2)
        // It has caught up: the next event is the one that all get.
        gate.open("3")
        test.feed.note(.changed("d"))
        #expect(try await slow.ids(3) == ["d"])
        #expect(try await fast.ids(6) == ["d"])
        #expect(test.requests == [["a"], ["b"], ["a"], ["c"], ["a", "b", "c"], ["d"]])
        await slow.leave()
        await fast.leave()
    }

    @Test(
        "ConsoleFeed: each 20 seconds pages get a comment, and one that has taken nothing for 60 loses its connection")
    func stuckPage() async throws {
        let test = TestFeed()
        let gate = Gate()
        let stuck = try TestPage(test.feed, gate: gate)
        let page = try TestPage(test.feed)
        await gate.waitForStarts(1)
        _ = await page.events(1)
        for beat in 1...3 {
            await test.clock.waitForSleepers(1)
            #expect(stuck.closeCount == 0)
            test.clock.advance(by: ConsoleFeed.heartbeat)
            #expect(await page.events(beat + 1).last == ":\n\n")
        }
        await stuck.waitForClose()
        gate.open("1")
        await stuck.leave()
        #expect(stuck.count == 1 && stuck.closeCount == 1)
        await page.leave()
        #expect(page.closeCount == 0)
    }

    @Test("ConsoleFeed: a page that has missed more predictions than are kept for it loses its connection")
    func missedTooMuch() {
        let closes = CountedState<Int>(0) { $0 }
        let reader = FeedReader(number: 1, greeting: ByteBuffer(), close: { closes.withLock { $0 += 1 } })
        let half = FeedReader.mostMissed / 2
        for start in [0, 0, half] {
            let ids = (start..<start + half).map { String($0) }
            reader.offer(PredictionsEvent(ids: ids, bytes: ByteBuffer()), [])
            #expect(closes.withLock { $0 } == 0)
        }
        reader.offer(PredictionsEvent(ids: ["one more"], bytes: ByteBuffer()), [])
        reader.offer(PredictionsEvent(ids: ["and another"], bytes: ByteBuffer()), [])
        #expect(closes.withLock { $0 } == 1)
        let isOver = reader.take(at: .zero) == nil
        #expect(isOver)
    }

    @Test("ConsoleFeed: there are no more than 200 pages, and one that leaves makes room")
    func mostPages() throws {
        let test = TestFeed()
        var readers: [FeedReader] = []
        for _ in 0..<ConsoleFeed.mostReaders {
            let reader = test.feed.addReader(close: {})
            readers.append(try #require(reader))
        }
        #expect(test.feed.isFull)
        let surplus = test.feed.addReader(close: {}) == nil
        #expect(surplus)
        test.feed.remove(readers.removeLast())
        #expect(!test.feed.isFull)
        let another = test.feed.addReader(close: {})
        readers.append(try #require(another))
        for reader in readers { test.feed.remove(reader) }
    }

    @Test("ConsoleFeed: more than 500 predictions at once are told of in several events")
    func manyChanges() async throws {
        let test = TestFeed()
        let page = try TestPage(test.feed)
        test.feed.note(.changed("first"))
        #expect(try await page.ids(2) == ["first"])
        await test.clock.waitForPauses(1)
        let ids = (0..<600).map { String($0) }
        for id in ids { test.feed.note(.changed(id)) }
        await test.tick()
        #expect(try await page.ids(3) == Array(ids.prefix(ConsoleFeed.mostPerEvent)))
        await test.tick()
        #expect(try await page.ids(4) == Array(ids.dropFirst(ConsoleFeed.mostPerEvent)))
        await page.leave()
    }

    @Test("ConsoleFeed: pages are told that workflows and servers are others now", arguments: ConsoleTopic.allCases)
    func topics(topic: ConsoleTopic) async throws {
        let test = TestFeed()
        let page = try TestPage(test.feed)
        _ = await page.events(1)
        test.feed.note(topic)
        #expect(await page.events(2).last == "event: \(topic.rawValue)\ndata: {}\n\n")
        #expect(test.requests.isEmpty)
        await page.leave()
    }

    @Test("ConsoleFeed: an event is one line of data, whatever is in it")
    func lines() throws {
        let bytes = try #require(ServerSentEvent.bytes("e", ["text": "a\r\n\ndata: b\u{2028}"]))
        let text = String(buffer: bytes)
        #expect(text.hasPrefix("event: e\ndata: {") && text.hasSuffix("}\n\n"))
        #expect(text.utf8.count { $0 == UInt8(ascii: "\n") } == 3 && !text.utf8.contains(UInt8(ascii: "\r")))
        #expect(try JSONValue(parsing: Array(text.dropFirst(15).utf8))["text"] == "a\r\n\ndata: b\u{2028}")
        let notANumber = ServerSentEvent.bytes("e", ["number": .double(.nan)]) == nil
        #expect(notANumber)
    }
}
