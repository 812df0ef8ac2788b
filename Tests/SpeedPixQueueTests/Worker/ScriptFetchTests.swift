import SpeedPixQueue
import Synchronization
import Testing

@Suite("A worker fetches a batch's script")
struct ScriptFetchTests {
    /// Messages by their subjects.
    private final class Store: WriteOnceStore {
        private let messages = Mutex<[String: [UInt8]]>([:])

        func create(_ subject: String, _ payload: [UInt8]) async throws -> [UInt8] {
            messages.withLock { messages in
                let known = messages[subject] ?? payload
                messages[subject] = known
                return known
            }
        }

        func read(_ subject: String) async throws -> WrittenOnce? {
            messages.withLock { $0[subject] }.map { WrittenOnce(payload: $0, time: 0) }
        }
    }

    private func manifest(_ files: [(path: String, content: [UInt8])], in store: Store) async throws -> BatchManifest {
        let name = try #require(BatchName("b"))
        var described: [BatchManifest.Script.File] = []
        var number = 0
        for file in files {
            let pieces = QueuePieces.cut(file.content)
            for piece in pieces {
                number += 1
                _ = try await store.create(QueueSubject(name).script(number), piece)
            }
            described.append(
                .init(
                    path: file.path, size: file.content.count, digest: QueuePieces.digest(file.content),
                    pieces: pieces.count))
        }
        return BatchManifest(
            name: name, version: "1", time: 0, script: .init(name: "card.lua", files: described),
            endpoint: "https://a.example", appKey: "key", constants: [:],
            rows: .init(source: "r.csv", count: 0, digest: "", columns: [], parameters: [], keyColumn: nil), seed: 1)
    }

    @Test("A script with a module of several pieces and an empty one comes as it was published")
    func fetches() async throws {
        let store = Store()
        let name = try #require(BatchName("b"))
        let large = (0..<QueuePieces.size * 2 + 5).map { UInt8(truncatingIfNeeded: $0) }
        let files: [(path: String, content: [UInt8])] = [
            ("card.lua", Array("return 1".utf8)), ("lib/large.lua", large), ("empty.lua", []), ("z.lua", [1]),
        ]
        let fetched = try await manifest(files, in: store).fetchScript(name, from: store)
        #expect(fetched.map(\.path) == files.map(\.path))
        #expect(fetched.map(\.content) == files.map(\.content))
    }

    @Test("Content that is not what the manifest says is refused")
    func digest() async throws {
        let store = Store()
        let name = try #require(BatchName("b"))
        var manifest = try await manifest([("card.lua", Array("return 1".utf8))], in: store)
        manifest.script.files[0].digest = QueuePieces.digest(Array("return 2".utf8))
        await #expect(throws: QueueError.self) { try await manifest.fetchScript(name, from: store) }
    }

    @Test("A piece that is missing, a size that is wrong and a path that leads out are refused")
    func refuses() async throws {
        let store = Store()
        let name = try #require(BatchName("b"))
        let good = try await manifest([("card.lua", Array("return 1".utf8))], in: store)
        var (missing, size, path, none, pieces, sum) = (good, good, good, good, good, good)
        missing.script.files[0].pieces = 2
        pieces.script.files[0].pieces = .max
        sum.script.files[0].size = .max
        sum.script.files.append(sum.script.files[0])
        size.script.files[0].size = 7
        path.script.files[0].path = "../card.lua"
        none.script.files = []
        for manifest in [missing, size, path, none, pieces, sum] {
            let error = await #expect(throws: QueueError.self) { try await manifest.fetchScript(name, from: store) }
            #expect(error?.code == .malformed)
        }
        #expect(try await good.fetchScript(name, from: store).count == 1)
    }
}
