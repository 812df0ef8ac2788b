import ComfyUI
import GRDB
import SpeedPix
import SpeedPixTestSupport
import SystemPackage
import Testing

@testable import SpeedPixGateway

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("Published workflows in the database")
struct WorkflowStoreTests {
    private static let script = Array(
        #"return { title = "Says it", inputs = { text = { type = "string" } }, run = function(i) return i end }"#.utf8)
    private static let date = Date(timeIntervalSince1970: 1_790_000_000)

    /// A store on a folder, and its database, which is closed afterwards.
    private static func with(
        _ folder: FilePath, _ body: (WorkflowStore, PredictionDatabase) async throws -> Void
    ) async throws {
        let database = try PredictionDatabase(folder: folder)
        let store = try await WorkflowStore.open(database, now: { date })
        try await body(store, database)
        await database.close()
    }

    @Test("WorkflowStore: a workflow is the same after a restart, with its aliases and its example")
    func restart() async throws {
        try await withDirectory { folder in
            let workflow = try PublishingFixture.published()
            try await Self.with(folder) { store, _ in
                #expect(try await store.publish(workflow, alias: "main").name == "v1")
                #expect(try await store.publish(workflow).name == "v2")
                try await store.setAlias("beta", of: "shop", version: "v2")
                try await store.setExample(["images": ["data": 5]], seconds: 1.5, of: "shop", version: "v2")
            }
            try await Self.with(folder) { store, _ in
                let first = try store.versions.version("shop", alias: "main", version: nil)
                guard case .graph(let kept) = first.content else {
                    Issue.record("no workflow from ComfyUI: \(first)")
                    return
                }
                var expected = workflow
                expected.number = 1
                #expect(kept == expected && first.created == Self.date && kept.version == "v1")
                let second = try store.versions.version("shop", alias: "beta", version: nil)
                #expect(second.name == "v2" && second.workflow?.estimatedDuration == .seconds(1.5))
                guard case .graph(let other) = second.content else { return }
                #expect(other.example == ["images": ["data": 5]])
                #expect(try await store.publish(workflow).name == "v3")
            }
        }
    }

    @Test("WorkflowStore: a script is read again after a restart, and refused if it declares nothing")
    func scripts() async throws {
        try await withDirectory { folder in
            try await Self.with(folder) { store, _ in
                let first = try await store.publish(script: Self.script, id: "sayer", alias: "main")
                #expect(first.name == "v1")
                for (source, words) in [
                    ("return 5 +", "the script does not run"), ("return {}", "the script declares no workflow"),
                    ("return { run = function() end, inputs = { x = { type = \"song\" } } }", "no known type"),
                ] {
                    let refusal = await #expect(throws: Refusal.self) {
                        try await store.publish(script: Array(source.utf8), id: "sayer")
                    }
                    #expect(refusal?.message.contains(words) == true, "\(refusal?.message ?? "")")
                }
            }
            try await Self.with(folder) { store, _ in
                let version = try store.versions.version("sayer", alias: nil, version: nil)
                #expect(version.number == 1 && version.workflow?.title == "Says it")
                #expect(version.workflow?.inputs == [WorkflowInput("text", .string)])
            }
        }
    }

    @Test("WorkflowStore: workflows published at once get a number each")
    func concurrent() async throws {
        try await withDirectory { folder in
            let workflow = try PublishingFixture.published()
            try await Self.with(folder) { store, _ in
                let names = try await withThrowingTaskGroup(of: String.self) { group in
                    for _ in 0..<20 { group.addTask { try await store.publish(workflow, alias: "main").name } }
                    return try await group.reduce(into: Set<String>()) { $0.insert($1) }
                }
                #expect(names == Set((1...20).map { "v\($0)" }))
            }
            try await Self.with(folder) { store, _ in
                #expect(store.versions.nextNumber(of: "shop") == 21)
                let newest = try store.versions.version("shop", alias: "main", version: nil)
                #expect(newest.name == "v20")
            }
        }
    }

    @Test(
        "WorkflowStore: a removed version stays while an unfinished prediction uses it, and its number is kept"
    )
    func removal() async throws {
        try await withDirectory { folder in
            let workflow = try PublishingFixture.published()
            try await Self.with(folder) { store, database in
                for _ in 0..<3 { _ = try await store.publish(workflow) }
                let inputs = try #require(StoredInputs("{}"))
                _ = try await database.add(
                    "p-2", workflow: "shop", version: "v2", inputs, created: Self.date, owner: "studio", nonce: nil)
                try await store.remove("shop", version: "v1")
                try await store.remove("shop", version: "v2")
                #expect(throws: Refusal.self) { try store.versions.version("shop", alias: nil, version: "v2") }
                #expect(try store.versions.versionInUse("shop", "v2").isRemoved)
            }
            try await Self.with(folder) { store, database in
                #expect(try store.versions.versionInUse("shop", "v2").workflow != nil)
                #expect(throws: Refusal.self) { try store.versions.versionInUse("shop", "v1") }
                guard case .unfinished(let prediction)? = try await database.find("p-2") else {
                    Issue.record("the prediction is gone")
                    return
                }
                #expect(prediction.version == "v2")
                try await database.fail(["p-2"], because: "a test", at: Self.date)
                try await store.remove("shop")
            }
            try await Self.with(folder) { store, _ in
                #expect(store.versions.ids.isEmpty)
                #expect(throws: Refusal.self) { try store.versions.versionInUse("shop", "v2") }
                let next = try await store.publish(workflow)
                #expect(next.name == "v4")
            }
        }
    }

    @Test("WorkflowStore: what cannot be done changes nothing")
    func refusals() async throws {
        try await withDirectory { folder in
            let workflow = try PublishingFixture.published()
            try await Self.with(folder) { store, _ in
                _ = try await store.publish(workflow, alias: "main")
                await #expect(throws: Refusal.self) { try await store.publish(workflow, alias: "v9") }
                await #expect(throws: Refusal.self) { try await store.setAlias("x", of: "shop", version: "v2") }
                await #expect(throws: Refusal.self) { try await store.remove("other") }
                await #expect(throws: Refusal.self) {
                    try await store.setExample([:], seconds: 1, of: "shop", version: "v2")
                }
                #expect(store.versions.nextNumber(of: "shop") == 2)
            }
        }
    }

    @Test("WorkflowStore: files of versions and examples are needed, those of nobody are not")
    func neededFiles() async throws {
        try await withDirectory { folder in
            let key = ObjectKey(.uploads, uniqueName: "u-1", filename: "a.png")
            let result = ObjectKey(.results, uniqueName: "r-1", filename: "a.png")
            let file = PublishedFile(
                field: GraphField("1", "image"), filename: "photo.png", key: key, mimeType: "image/png")
            let workflow = PublishedWorkflow(
                id: "shop", graph: PublishingFixture.graph, inputs: [], outputs: [],
                definitions: PublishingFixture.definitions, files: [file])
            try await Self.with(folder) { store, database in
                #expect(try await database.neededFiles().isEmpty)
                _ = try await store.publish(workflow)
                let stored = StoredFile(key: result, filename: "a.png", mimeType: "image/png", size: 1, facts: [:])
                try await store.setExample(
                    ["images": StoredOutput.file(stored).json], seconds: 1, of: "shop", version: "v1")
                #expect(try await database.neededFiles() == [key, result])
                #expect(store.files == [key, result])
            }
        }
    }

    @Test("WorkflowStore: a row that makes no sense is there and says so")
    func unreadable() async throws {
        try await withDirectory { folder in
            let workflow = try PublishingFixture.published()
            try await Self.with(folder) { store, _ in
                _ = try await store.publish(workflow)
                _ = try await store.publish(script: Self.script, id: "sayer")
            }
            let path = folder.appending(PredictionDatabase.filename).string
            try await DatabaseQueue(path: path).write { database in
                try database.execute(sql: "UPDATE version SET graph = '{\"1\": 5}' WHERE workflow = 'shop'")
                try database.execute(sql: "UPDATE version SET script = 'return 5 +' WHERE workflow = 'sayer'")
            }
            try await Self.with(folder) { store, _ in
                for (id, words) in [("shop", "makes no sense"), ("sayer", "does not run any more")] {
                    let version = try store.versions.version(id, alias: nil, version: nil)
                    guard case .unreadable(let reason) = version.content else {
                        Issue.record("\(id) was read")
                        continue
                    }
                    #expect(reason.contains(words) && version.workflow == nil)
                }
            }
        }
    }

    @Test("WorkflowStore: without a database workflows end with the gateway")
    func inMemory() async throws {
        let store = try await WorkflowStore.open(nil, now: { Self.date })
        let workflow = try PublishingFixture.published()
        #expect(try await store.publish(workflow, alias: "main").name == "v1")
        try await store.remove("shop")
        #expect(store.versions.ids.isEmpty)
        #expect(try await WorkflowStore.open(nil, now: { Self.date }).versions.ids.isEmpty)
    }
}
