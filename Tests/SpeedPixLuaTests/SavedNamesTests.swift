import ImagingLua
import SpeedPix
import SpeedPixTestSupport
import Synchronization
import SystemPackage
import Testing

@testable import SpeedPixLua

@Suite("Names of saved files that runs on other machines may have")
struct SavedNamesTests {
    /// Names that other machines have; all are free on this one.
    private final class Elsewhere: SharedNames {
        private let taken: Mutex<[String: String]>
        private let given = Mutex<[String]>([])

        init(_ taken: [String]) {
            self.taken = Mutex(Dictionary(uniqueKeysWithValues: taken.map { ($0, "theirs of the row B") }))
        }

        var givenBack: [String] { given.withLock { $0 } }

        func owner(of path: FilePath, isGone: () -> Bool) throws -> String? { nil }
        func take(_ path: FilePath, for result: String, replaces: Bool, isGone: () -> Bool) throws -> String? { nil }
        func noteSaved(_ path: FilePath) {}
        func giveBack(_ path: FilePath) { given.withLock { $0.append(path.lastComponent?.string ?? "") } }
        func earlier() throws -> [FilePath] { [] }

        func ownerElsewhere(of path: FilePath) async throws -> String? {
            taken.withLock { $0[path.lastComponent?.string ?? ""] }
        }

        func takeElsewhere(_ path: FilePath, for result: String) async throws -> String? {
            try await ownerElsewhere(of: path)
        }
    }

    private let mine = SavedResult(identity: "mine", name: "a.png of p-1")

    private func save(_ conflict: SaveConflict, elsewhere: Elsewhere) async throws -> String {
        let folder = try TemporaryFolder()
        let files = FileAccess(workingDirectory: folder.path, homeDirectory: folder.path)
        defer { withExtendedLifetime(folder) {} }
        return try await SavedNames(shared: elsewhere).save("a.png", of: mine, conflict, in: files) {
            $0.lastComponent?.string ?? ""
        }
    }

    @Test("A name that another machine's row has is an error that names both, and is given back here")
    func refused() async throws {
        let elsewhere = Elsewhere(["a.png"])
        let error = await #expect(throws: SpeedPixError.self) { try await save(.error, elsewhere: elsewhere) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains("theirs of the row B, and a.png of p-1") == true)
        #expect(elsewhere.givenBack == ["a.png"])
    }

    @Test("on_conflict = \"replace\" saves there all the same")
    func replaced() async throws {
        #expect(try await save(.replace, elsewhere: Elsewhere(["a.png"])) == "a.png")
    }

    @Test("on_conflict = \"rename\" goes on behind what other machines have, also far", arguments: [0, 1, 3, 40, 1000])
    func renamed(count: Int) async throws {
        let taken = (0..<count).map { $0 == 0 ? "a.png" : "a-\($0 + 1).png" }
        let elsewhere = Elsewhere(taken)
        let name = try await save(.rename, elsewhere: elsewhere)
        #expect(name == (count == 0 ? "a.png" : "a-\(count + 1).png"))
        // What was tried is free for others here; each name was asked about, not each tried.
        #expect(elsewhere.givenBack.count == min(count, 1))
    }

    @Test("What was renamed keeps its name when it is saved again")
    func keeps() async throws {
        let elsewhere = Elsewhere(["a.png", "a-2.png"])
        let folder = try TemporaryFolder()
        let files = FileAccess(workingDirectory: folder.path, homeDirectory: folder.path)
        defer { withExtendedLifetime(folder) {} }
        let names = SavedNames(shared: elsewhere)
        for _ in 0..<2 {
            let name = try await names.save("a.png", of: mine, .rename, in: files) { $0.lastComponent?.string }
            #expect(name == "a-3.png")
        }
    }
}
