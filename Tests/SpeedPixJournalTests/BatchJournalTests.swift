import SpeedPix
import SpeedPixJournal
import Testing

@Suite("The journal of a batch")
struct BatchJournalTests {
    private static let description = RunDescription(
        script: "/work/card.lua", folder: "/work", rows: "/work/products.csv", endpoint: "https://service.test",
        appKey: "key")

    /// Begins a row, and creates a prediction in it.
    private func create(_ batch: BatchJournal, _ key: String, _ digest: String, id: String) async throws -> RowJournal {
        let row = try await batch.begin(key, try batch.reader.row(key), parameters: ["text": key])
        guard case .new(let claim) = try await row.journal.claim(Self.create(digest)) else {
            throw CancellationError()
        }
        try await row.journal.recordIntent(claim)
        try await row.journal.recordCreated(Prediction(id: id), claim)
        return row
    }

    private static func create(_ digest: String) -> JournaledCreate {
        JournaledCreate(
            position: CreatePosition(rawValue: "create 1"), identity: CreateIdentity(digest: digest, inputs: [:]),
            workflowID: "echo", label: nil, input: [:])
    }

    /// What a row's script would get for its create.
    private func claim(_ batch: BatchJournal, _ key: String, _ digest: String, paysAnew: Bool = false) async throws
        -> String?
    {
        let row = try await batch.begin(
            key, try batch.reader.row(key), parameters: ["text": key], paysAnew: paysAnew)
        return try await row.journal.claim(Self.create(digest)).id
    }

    @Test("A row gets what it has paid for, and never what another row has")
    func scopes() async throws {
        let folder = JournalFolder()
        do {
            let first = try folder.store().beginBatch(Self.description, seed: 7)
            _ = try await create(first, "A", "same", id: "p-a")
            _ = try await create(first, "B", "same", id: "p-b")
            try await first.end(succeeded: false)
        }
        let second = try folder.store().resumeBatch(1, Self.description)
        #expect(second.attempt == 2 && second.seed == 7)
        #expect(try await claim(second, "B", "same") == "p-b")
        #expect(try await claim(second, "A", "same") == "p-a")
        #expect(try await claim(second, "C", "same") == nil)
        // Asked once more within the attempt, as by a row that is tried again.
        #expect(try await claim(second, "A", "same") == "p-a")
        #expect(try await claim(second, "A", "same", paysAnew: true) == nil)
        try await second.flush()
        #expect(try await claim(second, "A", "same") == nil)
    }

    @Test("A row's result, digest and files are kept, and those of the newest attempt count")
    func results() async throws {
        let folder = JournalFolder()
        let batch = try folder.store().beginBatch(Self.description, seed: 7)
        let row = try await create(batch, "A", "a", id: "p-a")
        try await batch.finish(row, digest: "d1", files: ["/a.jpg": "1"], result: ["state": "failed"], succeeded: false)
        // One that has created nothing is known, too.
        let empty = try await batch.begin("B", nil, parameters: [:])
        try await batch.finish(empty, digest: "d2", files: [:], result: ["state": "succeeded"], succeeded: true)
        try await batch.flush()
        let known = try batch.reader.row("A")
        #expect(known?.digest == "d1" && known?.files == ["/a.jpg": "1"] && known?.result == ["state": "failed"])
        #expect(try batch.reader.row("B")?.result == ["state": "succeeded"])
        #expect(try batch.reader.row("C") == nil)
        #expect(known?.ended == 1_000_000)
        let again = try await batch.begin("A", known, parameters: [:])
        try await batch.finish(again, digest: "d3", files: [:], result: ["state": "succeeded"], succeeded: true)
        try await batch.flush()
        #expect(try batch.reader.row("A")?.digest == "d3" && batch.reader.row("A")?.run == known?.run)
    }

    @Test("A batch is one run in lists, with the creates of its rows; its rows are no runs of their own")
    func lists() async throws {
        let folder = JournalFolder()
        let store = try folder.store()
        let batch = try store.beginBatch(Self.description, seed: 7)
        _ = try await create(batch, "A", "a", id: "p-a")
        _ = try await create(batch, "B", "b", id: "p-b")
        let other = try store.begin(JournalFolder.description, seed: 1)
        // Numbers that rows have reserved are given to no other run.
        #expect(other.run > batch.run + 2)
        #expect(try store.runs().map(\.number) == [other.run, batch.run])
        #expect(try store.run(batch.run).created == 2 && store.run(batch.run).description.rows == "/work/products.csv")
        let creates = try store.creates(of: batch.run)
        #expect(creates.map(\.rowKey) == ["A", "B"] && creates.map { $0.prediction?.id } == ["p-a", "p-b"])
        let row = try #require(creates.first?.run)
        #expect(try store.run(row).batch?.run == batch.run && store.run(row).batch?.key == "A")
        #expect(try store.newestUnfinished(JournalFolder.description) == other.run)
    }

    @Test("A batch, its rows and a script are each gone on with as what they are")
    func kinds() async throws {
        let folder = JournalFolder()
        let row: Int64
        do {
            let store = try folder.store()
            let batch = try store.beginBatch(Self.description, seed: 7)
            row = try #require(try await create(batch, "A", "a", id: "p-a").run).run
            try await batch.end(succeeded: true)
            let script = try store.begin(JournalFolder.description, seed: 1)
            try await script.end(succeeded: false)
        }
        let (store, description) = (try folder.store(), Self.description)
        #expect(throws: SpeedPixError.self) { try folder.resume(1) }
        #expect(throws: SpeedPixError.self) { try folder.resume(row) }
        let script = try #require(try store.newestUnfinished(JournalFolder.description))
        #expect(throws: SpeedPixError.self) { try store.resumeBatch(script, description) }
        var other = description
        other.rowKey = "sku"
        #expect(throws: SpeedPixError.self) { try store.resumeBatch(1, other) }
        (other.rowKey, other.rows) = (nil, "/work/others.csv")
        #expect(throws: SpeedPixError.self) { try store.resumeBatch(1, other) }
        #expect(throws: SpeedPixError.self) { try store.delete(row) }
        // Also one that is finished: rows may have been added.
        #expect(try store.newestBatch(description) == 1)
    }

    @Test("A create of a row in doubt is refused until somebody has settled it, by the row's run")
    func doubts() async throws {
        let folder = JournalFolder()
        let run: Int64
        do {
            let batch = try folder.store().beginBatch(Self.description, seed: 7)
            let row = try await batch.begin("A", nil, parameters: [:])
            guard case .new(let key) = try await row.journal.claim(Self.create("a")) else { return }
            try await row.journal.recordIntent(key)
            run = try #require(row.run).run
            #expect(throws: SpeedPixError.self) { try folder.store().settle(run, "create 1", as: .notCreated) }
            try await batch.end(succeeded: false)
        }
        do {
            let batch = try folder.store().resumeBatch(1, Self.description)
            await #expect(throws: SpeedPixError.self) { try await claim(batch, "A", "a") }
            try await batch.end(succeeded: false)
        }
        try folder.store().settle(run, "create 1", as: .created(id: "p-found"))
        let batch = try folder.store().resumeBatch(1, Self.description)
        #expect(try await claim(batch, "A", "a") == "p-found")
    }

    @Test("Deleting a batch deletes its rows with their creates")
    func deletion() async throws {
        let folder = JournalFolder()
        do {
            let batch = try folder.store().beginBatch(Self.description, seed: 7)
            _ = try await create(batch, "A", "a", id: "p-a")
            #expect(throws: SpeedPixError.self) { try folder.store().delete(1) }
            try await batch.end(succeeded: true)
        }
        try folder.store().delete(1)
        #expect(try folder.store().runs().isEmpty && folder.store().creates().isEmpty)
    }

    @Test("A row draws the same random numbers in each attempt, and other rows draw others")
    func seeds() {
        let seeds = ["A", "B", "A#2"].map { BatchJournal.seed(of: $0, in: 7) }
        #expect(Set(seeds).count == 3 && seeds.allSatisfy { $0 >= 0 })
        #expect(BatchJournal.seed(of: "A", in: 7) == seeds[0] && BatchJournal.seed(of: "A", in: 8) != seeds[0])
    }
}
