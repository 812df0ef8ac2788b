import SpeedPix
import SpeedPixJournal
import Testing

@Suite("Names of files in the journal of a batch")
struct BatchNamesTests {
    private static let description = RunDescription(
        script: "/work/card.lua", folder: "/work", rows: "/work/products.csv", endpoint: "https://service.test",
        appKey: "key")
    private static let path = Array("/work/out/a.png".utf8)

    private func finish(
        _ batch: BatchJournal, _ key: String, names: [[UInt8]: String], succeeded: Bool = true
    ) async throws {
        let row = try await batch.begin(key, try batch.reader.row(key), parameters: [:])
        try await batch.finish(row, digest: "d", files: [:], names: names, result: [:], succeeded: succeeded)
    }

    @Test("A later attempt knows which row has saved a file under a path, whatever bytes the path has")
    func owner() async throws {
        let folder = JournalFolder()
        let odd = Self.path + [0xB0]
        do {
            let first = try folder.store().beginBatch(Self.description, seed: 7)
            try await finish(first, "A", names: [Self.path: "a.png of p-a", odd: "b.png of p-a"])
            try await first.end(succeeded: false)
        }
        let reader = try folder.store().resumeBatch(1, Self.description).reader
        let owner = try #require(try reader.owner(ofPath: Self.path))
        #expect(owner == ("A", "a.png of p-a"))
        #expect(try reader.owner(ofPath: odd)?.name == "b.png of p-a")
        #expect(try reader.owner(ofPath: Array("/work/out/b.png".utf8)) == nil)
        #expect(try reader.paths(ofRow: "A") == [Self.path, odd] && reader.paths(ofRow: "B").isEmpty)
    }

    @Test("Names of a row that is to be done again are free for others, and known to the row until it has ended")
    func released() async throws {
        let folder = JournalFolder()
        do {
            let first = try folder.store().beginBatch(Self.description, seed: 7)
            try await finish(first, "A", names: [Self.path: "a.png"])
            try await finish(first, "B", names: [Self.path + [0x31]: "b.png"])
            try await first.end(succeeded: false)
        }
        let batch = try folder.store().resumeBatch(1, Self.description)
        let row = try #require(try batch.reader.row("A"))
        try await batch.releaseNames(of: [row.run])
        #expect(try batch.reader.owner(ofPath: Self.path) == nil)
        #expect(try batch.reader.paths(ofRow: "A") == [Self.path])
        #expect(try batch.reader.owner(ofPath: Self.path + [0x31])?.key == "B")
        try await finish(batch, "C", names: [Self.path: "c.png"])
        try await finish(batch, "A", names: [Self.path + [0x32]: "a.png"], succeeded: false)
        #expect(try batch.reader.owner(ofPath: Self.path)?.key == "C")
        #expect(try batch.reader.paths(ofRow: "A") == [Self.path + [0x32]])
    }

    @Test("Names go with their batch")
    func deleted() async throws {
        let folder = JournalFolder()
        do {
            let first = try folder.store().beginBatch(Self.description, seed: 7)
            try await finish(first, "A", names: [Self.path: "a.png"])
            try await first.end(succeeded: true)
        }
        try folder.store().delete(1)
        let next = try folder.store().beginBatch(Self.description, seed: 7)
        #expect(try next.reader.owner(ofPath: Self.path) == nil)
    }
}
