import SpeedPix
import SpeedPixJournal
import Testing

@Suite("What rows of a batch leave behind")
struct BatchDoubtTests {
    private static let description = RunDescription(
        script: "/work/card.lua", folder: "/work", rows: "/work/products.csv", endpoint: "https://service.test",
        appKey: "key")

    /// Sends a create of a row.
    ///
    /// - Parameter id: Nil to leave it in doubt.
    private func create(_ batch: BatchJournal, _ row: RowJournal, _ digest: String, id: String?) async throws {
        let create = JournaledCreate(
            position: CreatePosition(rawValue: "create 1"), identity: CreateIdentity(digest: digest, inputs: [:]),
            workflowID: "echo", label: nil, input: [:])
        guard case .new(let key) = try await row.journal.claim(create) else { throw CancellationError() }
        try await row.journal.recordIntent(key)
        if let id { try await row.journal.recordCreated(Prediction(id: id), key) }
    }

    private func finish(_ batch: BatchJournal, _ row: RowJournal) async throws {
        try await batch.finish(row, digest: "d", files: [:], result: ["state": "succeeded"], succeeded: true)
    }

    /// Rows that have succeeded, each with a create that is in doubt.
    private func doubtfulBatch(_ folder: JournalFolder, _ keys: String...) async throws -> [Int64] {
        let batch = try folder.store().beginBatch(Self.description, seed: 7)
        var runs: [Int64] = []
        for key in keys {
            let row = try await batch.begin(key, nil, parameters: [:])
            try await create(batch, row, key, id: nil)
            try await finish(batch, row)
            runs.append(try #require(row.run).run)
        }
        try await batch.end(succeeded: true)
        return runs
    }

    @Test("A row that has succeeded with a create in doubt says so")
    func doubts() async throws {
        let folder = JournalFolder()
        _ = try await doubtfulBatch(folder, "A")
        #expect(try folder.store().readBatch(1, Self.description).row("A")?.hasDoubts == true)
        try folder.store().settle(1, "create 1", as: .notCreated)
        #expect(try folder.store().readBatch(1, Self.description).row("A")?.hasDoubts == false)
    }

    @Test("A create that several rows of a batch have is settled only by the run of its row")
    func ambiguous() async throws {
        let folder = JournalFolder()
        let runs = try await doubtfulBatch(folder, "A", "B")
        let error = #expect(throws: SpeedPixError.self) {
            try folder.store().settle(1, "create 1", as: .created(id: "p"))
        }
        #expect(error?.code == .invalidArgument && error?.message.contains("2 rows of batch 1") == true)
        #expect(error?.remedy?.contains("run \(runs[1]) is the row B") == true, "\(error?.remedy ?? "")")
        try folder.store().settle(runs[0], "create 1", as: .created(id: "p"))
        // Now that of one row is left, its batch is enough; but not the prediction of another row.
        try folder.store().settle(runs[0], "create 1", as: .notCreated)
        try folder.store().settle(1, "create 1", as: .again)
    }

    @Test("A prediction is that of one row of a batch, and the other row is named")
    func onePrediction() async throws {
        let folder = JournalFolder()
        let runs = try await doubtfulBatch(folder, "A", "B")
        try folder.store().settle(runs[0], "create 1", as: .created(id: "p"))
        let error = #expect(throws: SpeedPixError.self) {
            try folder.store().settle(runs[1], "create 1", as: .created(id: "p"))
        }
        #expect(
            error?.message == "p is the prediction of \"create 1\" of the row A (run \(runs[0])) already",
            "\(error?.message ?? "")")
        try folder.store().settle(runs[1], "create 1", as: .created(id: "q"))
    }

    @Test("What a row has paid for before it pays anew can still be listed, and no attempt gets it")
    func superseded() async throws {
        let folder = JournalFolder()
        let batch = try folder.store().beginBatch(Self.description, seed: 7)
        let row = try await batch.begin("A", nil, parameters: [:])
        try await create(batch, row, "a", id: "p-old")
        let prediction = try #require(
            Prediction(record: [
                "id": "p-old", "status": "succeeded", "output": ["images": ["https://store.test/a.png"]],
            ]))
        try await row.journal.recordEnded(prediction, byCaller: false)
        try await finish(batch, row)
        let anew = try await batch.begin("A", try batch.reader.row("A"), parameters: [:], paysAnew: true)
        try await create(batch, anew, "a", id: "p-new")
        try await finish(batch, anew)
        let creates = try batch.store.creates(of: batch.run)
        #expect(creates.map { $0.prediction?.id } == ["p-old", "p-new"])
        #expect(creates.first?.state == .succeeded && creates.first?.unsavedFiles == 1)
    }

    @Test("Predictions that rows have not waited for are told, and what became of them ends them")
    func unended() async throws {
        let folder = JournalFolder()
        let batch = try folder.store().beginBatch(Self.description, seed: 7)
        for key in ["A", "B", "C"] {
            let row = try await batch.begin(key, nil, parameters: [:])
            try await create(batch, row, key, id: "p-\(key)")
            // C is still to be done, and asks for its own.
            if key != "C" { try await finish(batch, row) }
        }
        let unended = try await batch.unended(most: 10)
        #expect(unended.map(\.id) == ["p-A", "p-B"])
        #expect(try await batch.unended(most: 1).count == 1)
        let ended = try #require(Prediction(record: ["id": "p-A", "status": "succeeded", "output": ["text": "x"]]))
        batch.recordEnded(ended, unended[0])
        batch.recordGone(unended[1])
        try await batch.end(succeeded: true)
        #expect(try await batch.unended(most: 10).isEmpty)
        let creates = try batch.store.creates(of: batch.run)
        #expect(creates.map(\.state) == [.succeeded, .abandoned, .created])
    }

    @Test("Rows that are resumed join the journal's transactions")
    func groupCommit() async throws {
        let folder = JournalFolder()
        let batch = try folder.store().beginBatch(Self.description, seed: 7)
        let keys = (0..<16).map(String.init)
        for key in keys { try await finish(batch, try await batch.begin(key, nil, parameters: [:])) }
        let before = batch.store.commits
        try await withThrowingTaskGroup(of: Void.self) { group in
            for key in keys {
                group.addTask { _ = try await batch.begin(key, try batch.reader.row(key), parameters: [:]) }
            }
            try await group.waitForAll()
        }
        #expect((1...16).contains(batch.store.commits - before))
    }
}
