import SpeedPixTestSupport
import SystemPackage
import Testing

@testable import SpeedPixQueue

@Suite("Names that the rows of a batch save files under")
struct NameClaimTests {
    private func claims(_ store: MemoryStore, _ folders: FilePath...) throws -> NameClaims {
        NameClaims(of: try #require(BatchName("b")), in: store, folders: folders)
    }

    @Test("A name is one row's on all workers, wherever their folders lie")
    func workers() async throws {
        let store = MemoryStore()
        let (one, other) = (try claims(store, "/nowhere/one"), try claims(store, "/nowhere/other"))
        #expect(try await one.owner(of: "/nowhere/one/a.png", otherThan: "A") == nil)
        #expect(try await one.take("/nowhere/one/a.png", row: "A", for: "front") == nil)
        #expect(try await other.take("/nowhere/other/a.png", row: "B", for: "back") == "front of the row A")
        #expect(try await other.owner(of: "/nowhere/other/a.png", otherThan: "B") == "front of the row A")
        #expect(try await other.take("/nowhere/other/b.png", row: "B", for: "back") == nil)
        // What lies elsewhere is known by its whole path.
        #expect(try await one.take("/shared/a.png", row: "A", for: "front") == nil)
        #expect(try await other.take("/shared/a.png", row: "B", for: "back") == "front of the row A")
        #expect(store.count == 3)
    }

    @Test("A row has its own name again, whatever it saves there and whoever does the row")
    func again() async throws {
        let store = MemoryStore()
        #expect(try await claims(store, "/nowhere/one").take("/nowhere/one/a.png", row: "A", for: "front") == nil)
        let other = try claims(store, "/nowhere/other")
        #expect(try await other.owner(of: "/nowhere/other/a.png", otherThan: "A") == nil)
        #expect(try await other.take("/nowhere/other/a.png", row: "A", for: "another") == nil)
    }

    @Test("A file in two of the folders counts as in the first, and files of one name in two folders are two")
    func folders() async throws {
        let store = MemoryStore()
        let nested = try claims(store, "/nowhere/root/out", "/nowhere/root")
        #expect(try await nested.take("/nowhere/root/out/a.png", row: "A", for: "front") == nil)
        #expect(try await nested.take("/nowhere/root/a.png", row: "B", for: "back") == nil)
        let apart = try claims(store, "/nowhere/out", "/nowhere/root")
        #expect(try await apart.take("/nowhere/out/a.png", row: "C", for: "c") == "front of the row A")
        #expect(try await apart.take("/nowhere/root/a.png", row: "C", for: "c") == "back of the row B")
    }

    @Test("A link to a folder is that folder, and a folder that is not there yet is the one that it will be")
    func links() async throws {
        try await withTemporaryFolder { folder in
            try folder.write("", to: "real/x")
            let store = MemoryStore()
            let real = FilePath(folder.path).appending("real")
            let claims = try claims(store, real.appending("later"))
            #expect(try await claims.take(real.appending("later/a.png"), row: "A", for: "a") == nil)
            let other = try self.claims(store, "/nowhere")
            #expect(try await other.take("/nowhere/a.png", row: "B", for: "b") == "a of the row A")
        }
    }

    @Test("Long keys and what signs a URL are not written down whole")
    func texts() async throws {
        let store = MemoryStore()
        let claims = try claims(store, "/nowhere")
        let key = String(repeating: "k", count: 5000)
        _ = try await claims.take("/nowhere/a", row: key, for: "https://files.example/a.png?sign=secret")
        let owner = try #require(try await claims.owner(of: "/nowhere/a", otherThan: "B"))
        #expect(owner.hasPrefix("https://files.example/a.png of the row kkk"))
        #expect(owner.count < 400)
        #expect(try await claims.take("/nowhere/a", row: key, for: "b") == nil)
    }
}
