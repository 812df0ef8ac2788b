import SpeedPixQueue
import SpeedPixTestSupport
import Testing

@testable import SpeedPixCommands

@Suite("Scripts that a worker's user has allowed")
struct WorkerTrustTests {
    private func trust(_ folder: TestFolder) throws -> WorkerTrust {
        let context = CommandContext(
            environment: ["HOME": folder.path, "XDG_CONFIG_HOME": folder["config"]], workingDirectory: folder.path,
            homeDirectory: folder.path, writeOutput: { _ in }, writeError: { _ in }, readInput: { [] })
        return try WorkerTrust(TrustList(file: ""), context)
    }

    private static func digest(_ number: Int) -> String { QueuePieces.digest(Array("\(number)".utf8)) }

    @Test("Workers that remember scripts at once forget none, and those that start later know all")
    func together() async throws {
        let folder = try TestFolder()
        let workers = try (0..<8).map { _ in try trust(folder) }
        await withTaskGroup(of: Void.self) { group in
            for (number, worker) in workers.enumerated() {
                group.addTask {
                    for part in 0..<5 { await worker.remember(Self.digest(number * 5 + part), "card.lua") }
                }
            }
        }
        let text = String(decoding: try folder.read(relative(workers[0], folder)), as: UTF8.self)
        #expect(TrustList(file: text).digests == Set((0..<40).map(Self.digest)))
        let name = try #require(BatchName("b"))
        let file = BatchManifest.Script.File(path: "card.lua", size: 1, digest: "0", pieces: 1)
        let script = BatchManifest.Script(name: "card.lua", files: [file])
        let before = try trust(folder)
        #expect(await !before.allows(script, of: name))
        await workers[1].remember(script.digest, "card.lua")
        let after = try trust(folder)
        #expect(await after.allows(script, of: name))
    }

    private func relative(_ trust: WorkerTrust, _ folder: TestFolder) -> String {
        String(trust.path.string.dropFirst(folder.path.count + 1))
    }
}
