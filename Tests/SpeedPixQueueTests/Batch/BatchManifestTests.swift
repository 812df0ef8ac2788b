import SpeedPixQueue
import Testing

@Suite("A batch's manifest")
struct BatchManifestTests {
    static func manifest(_ change: (inout BatchManifest) -> Void = { _ in }) throws -> BatchManifest {
        var manifest = BatchManifest(
            name: try #require(BatchName("b")), version: "1.0", time: 1_800_000_000,
            script: .init(name: "card.lua", files: [.init(path: "card.lua", size: 3, digest: "aa", pieces: 1)]),
            endpoint: "https://example.com", appKey: "key", constants: ["style": "plain"],
            rows: .init(
                source: "rows.csv", count: 2, digest: "dd", columns: ["sku", "text"], parameters: [nil, "text"],
                keyColumn: nil),
            seed: 7)
        change(&manifest)
        return manifest
    }

    @Test("It is read as it was written")
    func roundTrip() throws {
        let manifest = try Self.manifest {
            $0.guards.budget = 100
            $0.guards.rate = "60/min"
            $0.rows.keyColumn = "key"
        }
        #expect(try BatchManifest(parsing: manifest.encoded()) == manifest)
        #expect(manifest.rate?.text == "60/min")
    }

    @Test("One of a later format is by another version, and anything else is no manifest")
    func refused() throws {
        #expect { try BatchManifest(parsing: Array(#"{"format":2}"#.utf8)) } throws: { error in
            (error as? QueueError)?.code == .version
        }
        for text in ["", "{}", #"{"format":1}"#, "[]"] {
            #expect { try BatchManifest(parsing: Array(text.utf8)) } throws: { error in
                (error as? QueueError)?.code == .malformed
            }
        }
    }

    @Test("Name, guards and seed are no content; script, account, constants and rows are")
    func content() throws {
        let digest = try Self.manifest().contentDigest
        let same = try Self.manifest {
            $0.name = "other"
            $0.guards.budget = 3
            $0.seed = 8
            $0.time = 0
        }
        #expect(same.contentDigest == digest)
        let changes: [(inout BatchManifest) -> Void] = [
            { $0.script.files[0].digest = "ab" }, { $0.endpoint = "https://example.org" }, { $0.appKey = "other" },
            { $0.constants = [:] }, { $0.rows.digest = "de" }, { $0.rows.parameters = ["text", nil] },
        ]
        for change in changes { #expect(try Self.manifest(change).contentDigest != digest) }
    }
}
