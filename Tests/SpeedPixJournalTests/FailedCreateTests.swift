import SpeedPix
import SpeedPixJournal
import Testing

@Suite("Failed and canceled creates of a resumed run")
struct FailedCreateTests {
    private func failed(_ id: String) throws -> Prediction { try ScriptedServiceAnswer.failed(id: id) }

    @Test("A resumed run returns a failed create as failed if its task then made another create")
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

    @Test("A resumed run repeats a failed create if the next one was made before the failure was known")
    func underWayBeforeTheFailure() async throws {
        let folder = JournalFolder()
        do {
            let first = try folder.begin()
            try await first.create("create 1", "a", id: "p-1")
            try await first.create("create 2", "b", id: "p-2")
            try await first.ended(try failed("p-1"), byCaller: false)
        }
        #expect(try await folder.resume().claim("create 1", "a").id == nil)
    }

    @Test("A run resumed with makesFailedAgain repeats each failed create")
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

    @Test("A resumed run keeps creates that the script canceled and repeats those canceled otherwise")
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

    @Test("A resumed run repeats the creates whose label or position it was told to repeat")
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

    @Test("A resumed run names the inputs that differ from those of the recorded create")
    func explained() async throws {
        let folder = JournalFolder()
        do { try await folder.begin().create("create 1", "a", id: "p-1") }
        let reported = AsyncStream<[String]>.makeStream()
        let second = try folder.resume(
            callbacks: ResumeCallbacks(onChange: { _, differences in reported.continuation.yield(differences) }))
        #expect(try await second.claim("create 1", "b").id == nil)
        var differences = reported.stream.makeAsyncIterator()
        #expect(await differences.next() == ["text"])
    }

    @Test("A resumed run returns both creates of one position, in any order")
    func twoCreatesAtOnePosition() async throws {
        for order in [["create 1", "create 2"], ["create 2", "create 1"], ["create 3", "create 1"]] {
            let folder = JournalFolder()
            do {
                let first = try folder.begin()
                try await first.create("create 1", "a", id: "p-1")
                try await first.create("create 1", "a", id: "p-2")
            }
            let second = try folder.resume()
            var ids: Set<String?> = []
            for position in order { ids.insert(try await second.claim(position, "a").id) }
            #expect(ids == ["p-1", "p-2"])
            #expect(try await second.claim("create 4", "a").id == nil)
        }
    }

    @Test("A resumed run repeats a failed create if the next one was made in another attempt")
    func attempts() async throws {
        let folder = JournalFolder()
        do {
            let first = try folder.begin()
            try await first.create("create 1", "a", id: "p-1")
            try await first.create("create 2", "b", id: "p-2")
            try await first.ended(try failed("p-2"), byCaller: false)
        }
        do {
            // The first step was edited, and made anew.
            let second = try folder.resume()
            try await second.create("create 1", "A", id: "p-3")
        }
        #expect(try await folder.resume().claim("create 2", "b").id == nil)
    }

    @Test("A resumed run keeps a create whose cancel the script had requested")
    func cancelRequested() async throws {
        let folder = JournalFolder()
        do {
            let first = try folder.begin()
            try await first.create("create 1", "a", id: "p-1")
            first.recordCancelWanted("p-1")
            let canceled = try #require(Prediction(record: ["id": "p-1", "status": "canceled"]))
            try await first.ended(canceled, byCaller: false)
        }
        #expect(try await folder.resume().claim("create 1", "a").id == "p-1")
    }

    @Test("A resumed run keeps a create whose cancel the script requested after it had ended")
    func cancelRequestedAfterTheEnd() async throws {
        let folder = JournalFolder()
        do {
            let first = try folder.begin()
            try await first.create("create 1", "a", id: "p-1")
            let canceled = try #require(Prediction(record: ["id": "p-1", "status": "canceled"]))
            try await first.ended(canceled, byCaller: false)
            first.recordCancelWanted("p-1")
            try await first.flush()
        }
        #expect(try await folder.resume().claim("create 1", "a").id == "p-1")
    }

    @Test("A resumed run repeats a create that the service no longer knows")
    func unknownToTheService() async throws {
        let folder = JournalFolder()
        do {
            let first = try folder.begin()
            try await first.create("create 1", "a", id: "p-1")
            #expect(first.unended == ["p-1"])
            first.recordGone("p-1")
            try await first.flush()
            #expect(first.unended.isEmpty)
        }
        #expect(try await folder.resume().claim("create 1", "a").id == nil)
    }

    @Test("A run cannot be resumed with an unknown label to repeat")
    func unknownLabel() async throws {
        let folder = JournalFolder()
        do { try await folder.begin().create("create 1", "a", id: "p-1") }
        let description = JournalFolder.description
        let error = #expect(throws: SpeedPixError.self) {
            try folder.store().resume(
                1, endpoint: description.endpoint, appKey: description.appKey, ResumeChoices(madeAgain: ["A-O14"]))
        }
        #expect(error?.message.contains("A-O14") == true)
    }

    @Test("A run that refuses unfinished ones begins only after the earlier one has ended")
    func beginRefusesUnfinished() async throws {
        let folder = JournalFolder()
        let store = try folder.store()
        let first = try store.begin(JournalFolder.description, seed: 1, refusesUnfinished: true)
        let error = #expect(throws: SpeedPixError.self) {
            try store.begin(JournalFolder.description, seed: 1, refusesUnfinished: true)
        }
        #expect(error?.message.contains("run 1") == true)
        try await first.end(succeeded: true)
        #expect(try store.begin(JournalFolder.description, seed: 1, refusesUnfinished: true).run == 2)
    }

    @Test("A resumed run finds the prediction of an output by its URL")
    func outputOfAnEarlierAttempt() async throws {
        let folder = JournalFolder()
        do {
            let first = try folder.begin()
            try await first.create("create 1", "a", id: "p-1")
            try await first.ended(try ScriptedServiceAnswer.succeeded(id: "p-1"), byCaller: false)
        }
        let second = try folder.resume()
        #expect(
            try await second.outputFileID(of: "https://cdn.test/a.png") == OutputFileID(predictionID: "p-1", number: 0))
        #expect(try await second.outputFileID(of: "https://cdn.test/b.png") == nil)
    }

    @Test(
        "withoutSignatures removes queries, fragments, passwords and embedded data from URLs in text",
        arguments: [
            (
                "see https://a.test/x.png?Signature=s&Expires=1 and HTTP://b.test/?q",
                "see https://a.test/x.png and HTTP://b.test/"
            ),
            ("(https://user:word@c.test/y#z)", "(https://c.test/y)"), ("no url? here", "no url? here"),
            ("https://d.test/plain", "https://d.test/plain"),
            ("https://e.test:81/x.png?Signature=s,t", "https://e.test:81/x.png"),
            ("https://f.test/x.png?redirect=https://g.test/", "https://f.test/x.png"),
            ("http://user@h.test/x#y", "http://h.test/x"), ("https://i.test/é?q", "https://i.test/é"),
            ("https://j.test/x?data:text/plain,secret", "https://j.test/x"), ("ftp://k.test/x?y", "ftp://k.test/x?y"),
        ])
    func signatures(text: String, kept: String) {
        #expect(text.withoutSignatures == kept)
        #expect("x data:image/png;base64,AAAA y".withoutSignatures.hasPrefix("x data:image/png;base64,sha256-"))
    }
}
