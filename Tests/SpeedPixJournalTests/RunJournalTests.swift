import SpeedPix
import SpeedPixJournal
import SpeedPixTestSupport
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("The journal of a run")
struct RunJournalTests {
    @Test("A journal returns each recorded create to the next attempt once, by position and identity")
    func samePosition() async throws {
        let folder = JournalFolder()
        do {
            let first = try folder.begin()
            try await first.create("create 1", "a", id: "p-1")
            try await first.create("create 2", "b", id: "p-2")
        }
        let second = try folder.resume()
        #expect(second.attempt == 2 && second.seed == 7)
        #expect(try await second.claim("create 1", "a").id == "p-1")
        #expect(try await second.claim("create 2", "b").id == "p-2")
        // A second one of the same kind is a new one.
        #expect(try await second.claim("create 1", "a").id == nil)
        #expect(try await second.claim("create 3", "c").id == nil)
    }

    @Test("A journal finds a create at another position by its identity, the oldest first")
    func moved() async throws {
        let folder = JournalFolder()
        do {
            let first = try folder.begin()
            try await first.create("create 1", "a", id: "p-1")
            try await first.create("create 2", "a", id: "p-2")
            try await first.create("create 3", "a", id: "p-3")
        }
        let second = try folder.resume()
        #expect(try await second.claim("create 2", "a").id == "p-2")
        #expect(try await second.claim("create 9", "a").id == "p-1")
        #expect(try await second.claim(nil, "a").id == "p-3")
        #expect(try await second.claim("create 9", "a").id == nil)
        #expect(try await second.claim("create 1", "b").id == nil)
    }

    @Test("A journal returns each of 150 creates with its own input, in any order of the claims")
    func orders() async throws {
        let folder = JournalFolder()
        do {
            let first = try folder.begin()
            for number in 1...150 { try await first.create("create \(number)", "d\(number)", id: "p-\(number)") }
        }
        var random = SeededGenerator(seed: 3)
        for numbers in [Array(1...150), (1...150).reversed(), (1...150).shuffled(using: &random)] {
            let next = try folder.resume()
            for number in numbers {
                guard case .recorded(let prediction) = try await next.claim("create \(number)", "d\(number)") else {
                    Issue.record("create \(number) is new")
                    return
                }
                #expect(prediction.id == "p-\(number)")
                #expect(prediction.input == ["text": "x", "image": "https://store.test/a.png"])
            }
        }
    }

    @Test("A journal returns a success with its output and stores no signatures of URLs")
    func output() async throws {
        let folder = JournalFolder()
        do {
            let first = try folder.begin()
            try await first.create("create 1", "a", id: "p-1")
            let service = try ScriptedServiceAnswer.succeeded(id: "p-1")
            try await first.ended(service, byCaller: false)
        }
        guard case .recorded(let prediction) = try await folder.resume().claim("create 1", "a") else {
            Issue.record("nothing was recorded")
            return
        }
        #expect(prediction.status == .succeeded)
        #expect(prediction.files.map(\.url) == ["https://cdn.test/a.png"])
        let bytes =
            try Data(contentsOf: URL(filePath: folder.path + "/journal.sqlite"))
            + ((try? Data(contentsOf: URL(filePath: folder.path + "/journal.sqlite-wal"))) ?? Data())
        #expect(bytes.range(of: Data("signature".utf8)) == nil)
    }

    @Test("A create whose intent has no answer is listed as in doubt, and its claim is an error")
    func killed() async throws {
        let folder = JournalFolder()
        do {
            let first = try folder.begin()
            let key = try #require(try await first.claim("create 1", "a", label: "A-1").key)
            try await first.recordIntent(key)
        }
        let second = try folder.resume()
        #expect(second.doubts.map(\.label) == ["A-1"])
        let error = await #expect(throws: SpeedPixError.self) { try await second.claim("create 1", "a") }
        #expect(error?.code == .unknownOutcome)
        // It stays in the way: a script's own retry, here or elsewhere, does not create it silently.
        for position in ["create 2", "create 1"] {
            await #expect(throws: SpeedPixError.self) { try await second.claim(position, "a") }
        }
        #expect(second.doubts.count == 1)
    }

    @Test("A journal forgets intents that were withdrawn or not made")
    func withdrawn() async throws {
        let folder = JournalFolder()
        do {
            let first = try folder.begin()
            let key = try #require(try await first.claim("create 1", "a").key)
            try await first.recordIntent(key)
            try await first.withdrawIntent(key)
            try await first.recordIntent(key)
            try await first.recordNotMade(key)
        }
        let second = try folder.resume()
        #expect(second.doubts.isEmpty)
        #expect(try await second.claim("create 1", "a").id == nil)
    }

    @Test("A journal repeats a failed create and returns the newest one that has not failed")
    func failedCreateIsRepeated() async throws {
        let folder = JournalFolder()
        do {
            let first = try folder.begin()
            let prediction = try await first.create("create 1", "a", id: "p-1")
            try await first.ended(try ScriptedServiceAnswer.failed(id: prediction.id), byCaller: false)
        }
        do {
            let second = try folder.resume()
            try await second.create("create 1", "a", id: "p-2")
        }
        let third = try folder.resume()
        #expect(third.attempt == 3)
        #expect(try await third.claim("create 1", "a").id == "p-2")
        #expect(try await third.claim("create 1", "a").id == nil)
    }

    @Test("A journal writes 64 creates at once in shared transactions")
    func groups() async throws {
        let folder = JournalFolder()
        let store = try folder.store()
        let journal = try store.begin(JournalFolder.description, seed: 1)
        try await withThrowingTaskGroup { group in
            for number in 0..<64 {
                group.addTask { _ = try await journal.create("create \(number)", "d\(number)", id: "p-\(number)") }
            }
            try await group.waitForAll()
        }
        #expect(store.commits < 128)
        try await journal.end(succeeded: false)
        let second = try folder.resume()
        for number in 0..<64 {
            #expect(try await second.claim("create \(number)", "d\(number)").id == "p-\(number)")
        }
    }

    @Test("A journal writes creates in spite of cancelled tasks")
    func cancelled() async throws {
        let folder = JournalFolder()
        do {
            let journal = try folder.begin()
            let tasks = (0..<40).map { number in
                Task { try await journal.create("create \(number)", "d\(number)", id: "p-\(number)") }
            }
            for task in tasks { task.cancel() }
            for task in tasks { _ = try await task.value }
        }
        let second = try folder.resume()
        for number in 0..<40 {
            #expect(try await second.claim("create \(number)", "d\(number)").id == "p-\(number)")
        }
    }

    @Test("A journal finds the newest unfinished run of the same description")
    func newest() async throws {
        let folder = JournalFolder()
        let store = try folder.store()
        #expect(try store.newestUnfinished(JournalFolder.description) == nil)
        let first = try store.begin(JournalFolder.description, seed: 1)
        try await first.end(succeeded: false)
        let second = try store.begin(JournalFolder.description, seed: 2)
        #expect(try store.newestUnfinished(JournalFolder.description) == second.run)
        try await second.end(succeeded: true)
        #expect(try store.newestUnfinished(JournalFolder.description) == first.run)
        var other = JournalFolder.description
        other.parameters["count"] = "4"
        #expect(try store.newestUnfinished(other) == nil)
    }

    @Test("A journal refuses to resume a run of another account or endpoint, or one that does not exist")
    func wrongRun() throws {
        let folder = JournalFolder()
        let store = try folder.store()
        do { _ = try store.begin(JournalFolder.description, seed: 1) }
        for (run, endpoint, key) in [
            (1, "https://other.test", "key"), (1, "https://service.test", "k2"), (9, "x", "y"),
        ] {
            let error = #expect(throws: SpeedPixError.self) {
                try store.resume(Int64(run), endpoint: endpoint, appKey: key)
            }
            #expect(error?.code == .invalidArgument)
        }
    }

    @Test("A journal refuses to resume a run in progress and names its process")
    func locked() throws {
        let folder = JournalFolder()
        let first = try folder.begin()
        let error = #expect(throws: SpeedPixError.self) { try folder.resume() }
        #expect(error?.code == .journalFailed)
        #expect(error?.message.contains("\(ProcessInfo.processInfo.processIdentifier)") == true)
        withExtendedLifetime(first) {}
    }
}
