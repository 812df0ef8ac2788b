import SpeedPix
import SpeedPixJournal
import Synchronization
import Testing

@Suite("Takes of rows by a worker, in its own journal")
struct BatchTakeTests {
    private static let description = RunDescription(
        script: "card.lua", folder: "", rows: "queue:cards", endpoint: "https://service.test", appKey: "key")

    /// Seconds since 1970, as the test says.
    private final class Now: Sendable {
        let seconds = Mutex(1_000_000.0)
    }

    /// A take that creates a prediction.
    private func take(_ batch: BatchJournal, _ row: String, logged: Bool) async throws {
        let take = batch.beginTake(RowTake(row: row, take: "t-\(row)"), parameters: [:])
        let create = JournaledCreate(
            position: CreatePosition(rawValue: "create 1@c-\(row)"),
            identity: CreateIdentity(digest: "d-\(row)", inputs: ["text": "0123456789abcdef0123"]), workflowID: "echo")
        let key = try #require(try await take.journal.claim(create).key)
        try await take.journal.recordIntent(key)
        try await take.journal.recordCreated(Prediction(id: "p-\(row)"), key)
        if logged { batch.noteLogged(take) }
        try await batch.flush()
    }

    @Test("Takes that are noted as logged are compared no more, but for those that ended lately; in portions")
    func compared() async throws {
        let folder = JournalFolder()
        let now = Now()
        let store = try JournalStore(folder: folder.path, now: { now.seconds.withLock { $0 } })
        let batch = try store.beginBatch(Self.description, seed: 7)
        let other = try store.beginBatch(Self.description, seed: 7)
        for (row, logged) in [("A", true), ("B", false), ("C", true), ("D", false)] {
            try await take(batch, row, logged: logged)
            now.seconds.withLock { $0 += 100 }
        }
        try await take(other, "Z", logged: false)
        func keys(after last: Int64 = 0, endedSince time: Double?, limit: Int = 100) throws -> [String] {
            try store.takesToCompare(of: batch.run, after: last, endedSince: time, limit: limit).map { run in
                try #require(try store.creates(of: run).first?.rowKey)
            }
        }
        #expect(try keys(endedSince: nil) == ["B@t-B", "D@t-D"])
        #expect(try store.lastTakeEnd(of: batch.run) == 1_000_200)
        #expect(try keys(endedSince: 1_000_200) == ["B@t-B", "C@t-C", "D@t-D"])
        let first = try store.takesToCompare(of: batch.run, after: 0, endedSince: nil, limit: 1)
        #expect(first.count == 1)
        #expect(try keys(after: first[0], endedSince: nil, limit: 1) == ["D@t-D"])
        try await batch.noteLogged(takes: first)
        #expect(try keys(endedSince: nil) == ["D@t-D"])
    }

    @Test("A batch has ended well once all its takes are noted as logged; what was added to a log ends then")
    func ends() async throws {
        let folder = JournalFolder()
        let now = Now()
        let store = try JournalStore(folder: folder.path, now: { now.seconds.withLock { $0 } })
        let batch = try store.beginBatch(Self.description, seed: 7)
        try await take(batch, "A", logged: true)
        try await take(batch, "B", logged: false)
        try await batch.endTakes()
        #expect(try store.run(batch.run).hasSucceeded == false)

        now.seconds.withLock { $0 += 1000 }
        let again = try store.resumeBatch(batch.run, Self.description)
        let rest = try store.takesToCompare(of: batch.run, after: 0, endedSince: nil, limit: 9)
        try await again.noteLogged(takes: rest)
        try await again.endTakes()
        #expect(try store.run(batch.run).hasSucceeded)
        #expect(try store.lastTakeEnd(of: batch.run) == 1_001_000)

        now.seconds.withLock { $0 += 1000 }
        let all = try store.takesToCompare(of: batch.run, after: 0, endedSince: 0, limit: 9)
        #expect(all.count == 2)
        try await again.noteLogged(takes: all, added: [all[0]])
        #expect(try store.lastTakeEnd(of: batch.run) == 1_002_000)
        #expect(
            try store.takesToCompare(of: batch.run, after: 0, endedSince: 1_001_001, limit: 9) == [all[0]],
            "the other one keeps its end")
    }

    @Test("What a create is comes with it, and a take without a create leaves nothing to compare")
    func identity() async throws {
        let folder = JournalFolder()
        let store = try folder.store()
        let batch = try store.beginBatch(Self.description, seed: 7)
        batch.noteLogged(batch.beginTake(RowTake(row: "A", take: "t"), parameters: [:]))
        try await batch.flush()
        #expect(try store.takesToCompare(of: batch.run, after: 0, endedSince: 0, limit: 9).isEmpty)
        try await take(batch, "B", logged: false)
        let create = try #require(try store.creates().first)
        #expect(create.identity == CreateIdentity(digest: "d-B", inputs: ["text": "0123456789abcdef"]))
    }
}
