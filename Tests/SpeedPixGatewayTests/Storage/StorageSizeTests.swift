import SpeedPix
import SpeedPixTestSupport
import Synchronization
import Testing

@testable import SpeedPixGateway

@Suite("The size of what is stored")
struct StorageSizeTests {
    private static func key(_ name: String, _ folder: ObjectKey.Folder = .results) -> ObjectKey {
        ObjectKey(folder, uniqueName: name, filename: "")
    }

    private static func object(_ key: ObjectKey, _ size: Int64, _ modified: Double) -> StoredObject {
        StoredObject(key: key, size: size, modified: modified)
    }

    private static func reduction(needed: Set<ObjectKey> = []) -> StorageReduction {
        StorageReduction(
            files: [
                object(key("a1"), 10, 1), object(key("a2"), 10, 1), object(key("b"), 10, 2),
                object(key("old", .uploads), 10, 3), object(key("new", .uploads), 10, 100),
            ],
            results: [
                .init(id: "B", files: [key("b")], ended: 20), .init(id: "A", files: [key("a1"), key("a2")], ended: 10),
                .init(id: "gone", files: [key("deleted")], ended: 1),
            ],
            needed: needed, newestOther: 50)
    }

    @Test(
        "The oldest files go first, results with their prediction, and no more than have to",
        arguments: [
            (50, [], []), (49, [], ["old"]), (40, [], ["old"]), (39, ["A"], ["old", "a1", "a2"]),
            (20, ["A"], ["old", "a1", "a2"]), (19, ["A", "B"], ["old", "a1", "a2", "b"]),
            (0, ["A", "B"], ["old", "a1", "a2", "b"]),
        ] as [(Int64, [String], [String])])
    func oldestFirst(most: Int64, predictions: [String], files: [String]) {
        let removed = Self.reduction().removals(leaving: most)
        #expect(removed.predictions == predictions)
        #expect(removed.files.map(\.name) == files)
    }

    @Test("Files that unfinished predictions will read stay, with the prediction whose results they are")
    func neededFilesStay() {
        let needed: Set = [Self.key("a1"), Self.key("old", .uploads)]
        let removed = Self.reduction(needed: needed).removals(leaving: 0)
        #expect(removed.predictions == ["B"])
        #expect(removed.files.map(\.name) == ["b"])
    }

    @Test("Stored bytes are counted once and follow every change, by owner")
    func usage() async throws {
        let owner = OwnerTag(appKey: "studio")
        let own = ObjectKey(.uploads, owner: owner, uniqueName: "own", filename: "")
        let lists = Mutex(0)
        let usage = StorageUsage(
            list: {
                lists.withLock { $0 += 1 }
                return [Self.object(own, 5, 0), Self.object(Self.key("other"), 7, 0)]
            }, size: { _ in 0 })
        // Nobody has asked yet: what is listed has it.
        await usage.note(own, change: 100)
        #expect(try await usage.total() == 12)
        #expect(try await usage.total(of: owner) == 5)
        await usage.note(own, change: 3)
        await usage.note(Self.key("other"), change: -7)
        #expect(try await usage.total() == 8)
        #expect(try await usage.total(of: owner) == 8)
        #expect(lists.withLock { $0 } == 1)
        #expect(try await usage.reserve(2, of: owner, most: 10))
        #expect(try await !usage.reserve(1, of: owner, most: 10))
        await usage.release(2, of: owner)
        #expect(try await usage.reserve(1, of: owner, most: 10))
    }

    @Test("A file that is stored while files are counted counts once")
    func usageWhileCounting() async throws {
        let key = Self.key("new")
        let begun = AsyncStream<Void>.makeStream()
        let listed = AsyncStream<Void>.makeStream()
        let usage = StorageUsage(
            list: {
                begun.continuation.finish()
                for await _ in listed.stream {}
                return [Self.object(key, 5, 0)]
            }, size: { _ in 5 })
        async let total = usage.total()
        for await _ in begun.stream {}
        await usage.note(key, change: 5)
        listed.continuation.finish()
        #expect(try await total == 5)
    }

    @Test("A gateway with a maximum size removes the oldest results with their predictions")
    func maximumSize() async throws {
        try await LastingFolder.with { folder in
            try await folder.run(Gate(), { $0.maximumStoredBytes = 12 }) { gateway in
                let file = try await gateway.client.files.upload(.bytes(Array("bytes".utf8), filename: "a.txt"))
                var ids: [String] = []
                for _ in 0..<2 {
                    let id = try await gateway.create("echo", ["image": .string(file.url)])
                    _ = try await gateway.ended(id)
                    ids.append(id)
                    gateway.date.advance(by: .seconds(20))
                }
                #expect(try await folder.files(.results).count == 2)
                _ = try await gateway.create("echo")
                #expect(try await gateway.call(.progress, ["taskId": .string(ids[0])]).code == "TaskNotFound")
                #expect(try await gateway.client.predictions.get(ids[1]).status == .succeeded)
                #expect(try await folder.files(.results).count == 1)
                #expect(try await folder.files(.uploads).count == 1)
            }
        }
    }
}
