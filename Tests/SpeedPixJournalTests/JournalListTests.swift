import SpeedPix
import SpeedPixJournal
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("Lists and changes of a journal")
struct JournalListTests {
    /// A run with one create of each kind.
    private func mixed(_ folder: JournalFolder) async throws {
        let run = try folder.begin()
        try await run.create("create 1", "a", id: "p-1")
        try await run.ended(try ScriptedServiceAnswer.succeeded(id: "p-1"), byCaller: false)
        try await run.create("create 2", "b", id: "p-2")
        try await run.ended(try ScriptedServiceAnswer.failed(id: "p-2"), byCaller: false)
        try await run.create("create 3", "c", id: "p-3")
        let key = try #require(try await run.claim("create 4", "d", label: "D").key)
        try await run.recordIntent(key)
        try await run.end(succeeded: false)
    }

    @Test("A journal counts the creates of a run by their state")
    func counts() async throws {
        let folder = JournalFolder()
        try await mixed(folder)
        let run = try #require(try folder.store().runs().first)
        #expect(run.created == 3 && run.succeeded == 1 && run.failed == 1 && run.unended == 1 && run.inDoubt == 1)
        #expect(run.unsaved == 1 && run.isUnfinished && run.attempts == 1 && run.seed == 7)
        #expect(run.description == JournalFolder.description)
        let creates = try folder.store().creates(of: 1)
        #expect(creates.map(\.state) == [.succeeded, .failed, .created, .intended])
        #expect(creates.map(\.unsavedFiles) == [1, 0, 0, 0])
        #expect(creates.last?.label == "D" && creates.last?.input["image"] == "https://store.test/a.png")
    }

    @Test("A journal no longer counts a file as unsaved once it was saved or used as an input")
    func saved() async throws {
        let folder = JournalFolder()
        let store = try folder.store()
        let run = try store.begin(JournalFolder.description, seed: 1)
        for id in ["p-1", "p-2"] {
            try await run.create("create \(id)", id, id: id)
            try await run.ended(try ScriptedServiceAnswer.succeeded(id: id), byCaller: false)
        }
        #expect(try store.run(1).unsaved == 2)
        let file = SavedFile(
            output: OutputFileID(predictionID: "p-1", number: 0), path: "/out/a.png", size: 3, version: "v", digest: "d"
        )
        try await run.recordSaved(file)
        #expect(try await run.savedFiles(file.output) == [file])
        #expect(try store.run(1).unsaved == 1)
        let use = JournaledCreate(workflowID: "echo", sources: [OutputFileID(predictionID: "p-2", number: 0)])
        guard case .new(let key) = try await run.claim(use) else { return }
        try await run.recordIntent(key)
        try await run.recordCreated(Prediction(id: "p-3"), key)
        #expect(try store.run(1).unsaved == 0)
        #expect(try store.creates(of: 1).first?.paths == ["/out/a.png"])
    }

    @Test("A journal no longer counts a file as unsaved once its content is used, and records that once")
    func used() async throws {
        let folder = JournalFolder()
        let store = try folder.store()
        let run = try store.begin(JournalFolder.description, seed: 1)
        try await run.create("create 1", "a", id: "p-1")
        run.recordUsed(OutputFileID(predictionID: "p-1", number: 0))
        try await run.ended(try ScriptedServiceAnswer.succeeded(id: "p-1"), byCaller: false)
        run.recordUsed(OutputFileID(predictionID: "p-1", number: 0))
        run.recordUsed(OutputFileID(predictionID: "p-2", number: 0))
        try await run.flush()
        #expect(try store.run(1).unsaved == 0)
        #expect(try store.creates(of: 1).map(\.paths) == [[]])
        #expect(try await run.savedFiles(OutputFileID(predictionID: "p-1", number: 0)).isEmpty)
    }

    @Test("settle resolves a create in doubt with an id, as not created, or to be repeated")
    func settled() async throws {
        let folder = JournalFolder()
        do {
            let run = try folder.begin()
            for number in 1...3 {
                let key = try #require(try await run.claim("create \(number)", "d\(number)").key)
                try await run.recordIntent(key)
            }
        }
        let store = try folder.store()
        try store.settle(1, "create 1", as: .created(id: "p-9"))
        try store.settle(1, "create 2", as: .notCreated)
        // By its number, too.
        try store.settle(1, "3", as: .again)
        #expect(throws: SpeedPixError.self) { try store.settle(1, "create 2", as: .notCreated) }
        // An id is one prediction's.
        #expect(throws: SpeedPixError.self) { try store.settle(1, "create 3", as: .created(id: "p-9")) }
        #expect(throws: SpeedPixError.self) { try store.settle(1, "create 8", as: .notCreated) }
        let second = try folder.resume()
        #expect(second.doubts.isEmpty)
        #expect(try await second.claim("create 1", "d1").id == "p-9")
        #expect(try await second.claim("create 2", "d2").id == nil)
        #expect(try await second.claim("create 3", "d3").id == nil)
    }

    @Test("A run resumed with makesDoubtsAgain repeats the creates in doubt")
    func doubtsAgain() async throws {
        let folder = JournalFolder()
        try await mixed(folder)
        let description = JournalFolder.description
        let second = try folder.store().resume(
            1, endpoint: description.endpoint, appKey: description.appKey, ResumeChoices(makesDoubtsAgain: true))
        #expect(second.doubts.isEmpty)
        #expect(try await second.claim("create 4", "d").id == nil)
    }

    @Test("prune deletes old finished runs, at most once a day, and keeps unfinished ones")
    func pruned() async throws {
        let folder = JournalFolder()
        let day = 86_400.0
        for finishes in [true, false] {
            let run = try folder.store().begin(JournalFolder.description, seed: 1)
            try await run.create("create 1", "a", id: "p-\(finishes)")
            try await run.ended(try ScriptedServiceAnswer.succeeded(id: "p-\(finishes)"), byCaller: false)
            try await run.end(succeeded: finishes)
        }
        func store(_ days: Double) throws -> JournalStore {
            try JournalStore(folder: folder.path, now: { 1_000_000 + days * day })
        }
        try store(29).prune(olderThan: 30 * day)
        #expect(try store(29).runs().count == 2)
        // Not yet a day after the last time.
        try store(29.9).prune(olderThan: 3 * day)
        #expect(try store(29.9).runs().count == 2)
        try store(31).prune(olderThan: 30 * day)
        #expect(try store(31).runs().map(\.number) == [2])
        #expect(try store(31).creates().map(\.run) == [2])
    }

    @Test("A run of another process cannot be deleted, settled or resumed, and the error names the process")
    func held() async throws {
        let folder = JournalFolder()
        let run = try folder.begin()
        let store = try folder.store()
        for body: () throws -> Void in [
            { try store.delete(1) }, { try store.settle(1, "create 1", as: .again) }, { _ = try folder.resume() },
        ] {
            let error = #expect(throws: SpeedPixError.self) { try body() }
            let holder = "\(ProcessInfo.processInfo.processIdentifier)"
            #expect(error?.message.contains("process") == true && error?.message.contains(holder) == true)
        }
        try await run.end(succeeded: true)
        try store.delete(1)
        #expect(try store.runs().isEmpty)
        #expect(throws: SpeedPixError.self) { try store.run(1) }
    }

    @Test("The journal of a dry run finds what a resumed run would find and changes nothing")
    func dryRun() async throws {
        let folder = JournalFolder()
        try await mixed(folder)
        let description = JournalFolder.description
        let store = try folder.store()
        let journal = try store.openForDryRun(1, endpoint: description.endpoint, appKey: description.appKey)
        func claim(_ position: String, _ digest: String) async throws -> JournalClaim {
            try await journal.claim(
                JournaledCreate(
                    position: CreatePosition(rawValue: position), identity: CreateIdentity(digest: digest, inputs: [:]),
                    workflowID: "echo"))
        }
        #expect(try await claim("create 1", "a").id == "p-1")
        // It failed, and the run went on to another create.
        #expect(try await claim("create 2", "b").id == "p-2")
        #expect(try await claim("create 9", "z").id == nil)
        await #expect(throws: SpeedPixError.self) { try await claim("create 4", "d") }
        let counts = journal.counts
        #expect(counts.reused == 1 && counts.failed == 1 && counts.new == 1 && counts.inDoubt == 1)
        #expect(try store.run(1).attempts == 1 && store.creates(of: 1).count == 4)
    }

    @Test("DeferredJournal makes no file before the first create and keeps earlier values")
    func deferred() async throws {
        let folder = JournalFolder()
        let journal = DeferredJournal { try folder.begin() }
        journal.keep("early", "a")
        try await journal.flush()
        #expect(journal.value("a") == "early" && journal.runJournal == nil && !JournalStore.exists(in: folder.path))
        guard case .new(let key) = try await journal.claim(JournaledCreate(workflowID: "echo")) else { return }
        try await journal.recordIntent(key)
        journal.keep("late", "b")
        try await journal.flush()
        try await journal.runJournal?.end(succeeded: false)
        let second = try folder.resume()
        #expect(second.value("a") == "early" && second.value("b") == "late" && second.value("c") == nil)
    }

    @Test("DeferredJournal has nothing of what it is told before the first create, and passes on what comes after")
    func deferredRecords() async throws {
        let folder = JournalFolder()
        let journal = DeferredJournal { try folder.begin() }
        let saved = SavedFile(
            output: OutputFileID(predictionID: "p-1", number: 0), path: "/tmp/a.png", size: 1, version: "v",
            digest: "d")
        try await journal.recordSaved(saved)
        try await journal.recordEnded(Prediction(id: "p-1"), byCaller: false)
        #expect(try await journal.savedFiles(saved.output).isEmpty)
        #expect(journal.identifiesCreates && !JournalStore.exists(in: folder.path))
        guard case .new(let key) = try await journal.claim(JournaledCreate(workflowID: "echo")) else { return }
        try await journal.recordIntent(key)
        try await journal.recordCreated(Prediction(id: "p-1"), key)
        try await journal.recordSaved(saved)
        #expect(try await journal.savedFiles(saved.output) == [saved])
        #expect(journal.runJournal?.unended == ["p-1"])
    }

    @Test("DeferredJournal stops each create when its journal cannot be opened")
    func unopened() async throws {
        let journal = DeferredJournal { throw SpeedPixError(.journalFailed, "no") }
        for _ in 1...2 {
            await #expect(throws: SpeedPixError.self) { try await journal.claim(JournaledCreate(workflowID: "echo")) }
            await #expect(throws: SpeedPixError.self) { try await journal.recordIntent(JournalKey(rawValue: 1)) }
        }
    }
}
