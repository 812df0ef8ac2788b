import SpeedPix
import SpeedPixJournal
import Testing

@Suite("Creates that failed, when a run goes on")
struct FailedCreateTests {
    private func failed(_ id: String) throws -> Prediction { try ScriptedServiceAnswer.failed(id: id) }

    @Test("One whose task went on to another create is given back as failed: that one is paid for, too")
    func substituted() async throws {
        let folder = JournalFolder()
        do {
            let first = try folder.begin()
            try await first.create("map 1/item 1/create 1", "a", id: "p-1")
            try await first.create("map 1/item 2/create 1", "c", id: "p-2")
            try await first.ended(try failed("p-1"), byCaller: false)
            try await first.create("map 1/item 1/create 2", "b", id: "p-3")
            try await first.ended(try failed("p-2"), byCaller: false)
        }
        let second = try folder.resume()
        guard case .recorded(let prediction) = try await second.claim("map 1/item 1/create 1", "a") else {
            Issue.record("it is to be created again")
            return
        }
        #expect(prediction.status == .failed && prediction.id == "p-1")
        #expect(try await second.claim("map 1/item 1/create 2", "b").id == "p-3")
        // The other item did nothing after its failure.
        #expect(try await second.claim("map 1/item 2/create 1", "c").id == nil)
    }

    @Test("A create that was under way before the failure was known is no substitute")
    func besides() async throws {
        let folder = JournalFolder()
        do {
            let first = try folder.begin()
            try await first.create("create 1", "a", id: "p-1")
            try await first.create("create 2", "b", id: "p-2")
            try await first.ended(try failed("p-1"), byCaller: false)
        }
        #expect(try await folder.resume().claim("create 1", "a").id == nil)
    }

    @Test("With --again-failed every one that failed is created again")
    func againFailed() async throws {
        let folder = JournalFolder()
        do {
            let first = try folder.begin()
            try await first.create("create 1", "a", id: "p-1")
            try await first.ended(try failed("p-1"), byCaller: false)
            try await first.create("create 2", "b", id: "p-2")
        }
        let description = JournalFolder.description
        let second = try folder.store().resume(
            1, endpoint: description.endpoint, appKey: description.appKey, ResumeChoices(makesFailedAgain: true))
        #expect(try await second.claim("create 1", "a").id == nil)
        #expect(try await second.claim("create 2", "b").id == "p-2")
    }

    @Test("What the script canceled stays canceled; what a stop canceled, or somebody else, is created again")
    func canceled() async throws {
        let folder = JournalFolder()
        do {
            let first = try folder.begin()
            for number in 1...2 {
                try await first.create("create \(number)", "d\(number)", id: "p-\(number)")
                let canceled = try #require(
                    Prediction(record: ["id": .string("p-\(number)"), "status": "canceled"]))
                try await first.ended(canceled, byCaller: number == 1)
            }
        }
        let second = try folder.resume()
        #expect(try await second.claim("create 1", "d1").id == "p-1")
        #expect(try await second.claim("create 2", "d2").id == nil)
    }

    @Test("What has a label or a position that is to be made again is created once more, and then counts itself")
    func madeAgain() async throws {
        let folder = JournalFolder()
        let description = JournalFolder.description
        do {
            let first = try folder.begin()
            try await first.create("create 1", "a", id: "p-1")
            let key = try #require(try await first.claim("create 2", "b", label: "A-2").key)
            try await first.recordIntent(key)
            try await first.recordCreated(Prediction(id: "p-2"), key)
        }
        do {
            let second = try folder.store().resume(
                1, endpoint: description.endpoint, appKey: description.appKey,
                ResumeChoices(madeAgain: ["create 1", "A-2"]))
            try await second.create("create 1", "a", id: "p-3")
            #expect(try await second.claim("create 2", "b").id == nil)
        }
        #expect(try await folder.resume().claim("create 1", "a").id == "p-3")
    }

    @Test("A create that is new where another one was paid for is explained by the inputs that differ")
    func explained() async throws {
        let folder = JournalFolder()
        do { try await folder.begin().create("create 1", "a", id: "p-1") }
        let second = try folder.resume()
        let told = AsyncStream<[String]>.makeStream()
        second.onChange = { _, differences in told.continuation.yield(differences) }
        #expect(try await second.claim("create 1", "b").id == nil)
        var differences = told.stream.makeAsyncIterator()
        #expect(await differences.next() == ["text"])
    }
}
