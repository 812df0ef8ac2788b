import Foundation
import SpeedPix
import SpeedPixJournal
import SpeedPixTestSupport
import Testing

@testable import SpeedPixCommands
@testable import SpeedPixGateway

@Suite("Runs of the journal in the console")
struct JournalRunsTests {
    private static let description = RunDescription(
        script: "/work/card.lua", folder: "/work", parameters: ["count": "3"], endpoint: "https://service.test",
        appKey: "key", command: ["run", "card.lua"])

    /// A run that has begun, with a prediction of each kind that a person may have to do something about.
    private static func begin(_ store: JournalStore) async throws -> RunJournal {
        let run = try store.begin(description, seed: 1)
        for (number, id) in [(1, "p-1"), (2, nil)] as [(Int, String?)] {
            let create = JournaledCreate(
                position: CreatePosition(rawValue: "create \(number)"),
                identity: CreateIdentity(digest: "d\(number)", inputs: [:]), workflowID: "echo", label: "L\(number)",
                input: ["text": "x"])
            guard case .new(let key) = try await run.claim(create) else { continue }
            try await run.recordIntent(key)
            if let id { try await run.recordCreated(Prediction(id: id), key) }
        }
        return run
    }

    @Test("JournalRuns: where there is no journal there are no runs, and none is made")
    func none() async throws {
        let folder = try TestFolder()
        defer { withExtendedLifetime(folder) {} }
        let source = JournalRuns(folder: folder.path + "/state")
        #expect(try await source.runs(limit: 10).isEmpty)
        await #expect(throws: ConsoleSourceProblem.self) { try await source.run(1) }
        await #expect(throws: ConsoleSourceProblem.self) { try await source.settle(1, "create 1", as: .again) }
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/state"))
    }

    @Test("JournalRuns: a run that goes on in another process is told as it is by now, and cannot be settled")
    func running() async throws {
        let folder = try TestFolder()
        defer { withExtendedLifetime(folder) {} }
        let store = try JournalStore(folder: folder.path, now: { 1_000_000 })
        let journal = try await Self.begin(store)
        let source = JournalRuns(folder: folder.path)
        let listed = try #require(try await source.runs(limit: 10).first)
        #expect(listed["id"] == 1 && listed["state"] == "running" && listed["began"] == 1_000_000)
        #expect(listed["predictions"] == 1 && listed["in_doubt"] == 1 && listed["name"] == "card.lua count=3")
        #expect(listed["ended"] == nil && listed["command"] == nil)
        let problem = await #expect(throws: ConsoleSourceProblem.self) {
            try await source.settle(1, "create 2", as: .notCreated)
        }
        #expect(problem?.code == .unavailable && problem?.message.contains("another process") == true)
        try await journal.end(succeeded: false)
        #expect(try await source.runs(limit: 10).first?["state"] == "unfinished")
    }

    @Test("JournalRuns: a run has its predictions, those in doubt first, and one is settled")
    func settled() async throws {
        let folder = try TestFolder()
        defer { withExtendedLifetime(folder) {} }
        let store = try JournalStore(folder: folder.path, now: { 1_000_000 })
        let journal = try await Self.begin(store)
        try await journal.end(succeeded: false)
        let source = JournalRuns(folder: folder.path)
        let predictions = try await source.run(1)["predictions"]?.arrayValue ?? []
        #expect(predictions.map { $0["position"] } == ["create 2", "create 1"])
        let doubt = try #require(predictions.first)
        #expect(doubt["in_doubt"] == true && doubt["state"] == "in_doubt" && doubt["label"] == "L2")
        #expect(doubt["workflow"] == "echo" && doubt["saved"] == .array([]) && doubt["reused"] == false)
        #expect(predictions.last?["id"] == "p-1" && predictions.last?["in_doubt"] == false)
        #expect(doubt["input"] == ["text": "x"] && predictions.last?["input"] == nil)
        try await source.settle(1, "create 2", as: .created(id: "p-7"))
        let after = try await source.run(1)["predictions"]?.arrayValue ?? []
        #expect(after.map { $0["id"] } == ["p-1", "p-7"])
        // A page that was loaded before still shows both in doubt: what was made must not be made again.
        for (position, settlement) in [
            ("create 2", .again), ("create 2", .notCreated), ("create 1", .again),
        ] as [(String, ConsoleSettlement)] {
            let late = await #expect(throws: ConsoleSourceProblem.self) {
                try await source.settle(1, position, as: settlement)
            }
            #expect(late?.code == .notFound && late?.message.contains("not in doubt") == true)
        }
        #expect(try await source.run(1)["predictions"]?.arrayValue == after)
        let problem = await #expect(throws: ConsoleSourceProblem.self) {
            try await source.settle(1, "create 9", as: .again)
        }
        #expect(problem?.code == .notFound)
    }
}
