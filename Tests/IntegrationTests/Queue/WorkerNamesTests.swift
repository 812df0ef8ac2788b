import SpeedPix
import SpeedPixQueue
import SpeedPixTestSupport
import Testing

@Suite("Files that workers save into one folder", .enabled(if: NATSServer.isAvailable))
struct WorkerNamesTests {
    /// Saves a file that has the row's text as its content.
    private static func saving(_ options: String = "") -> String {
        """
        local p = speedpix.params { text = { required = true } }
        local out = run("echo", { text = p.text, image = speedpix.bytes(p.text, "a.txt") })
        return { saved = out.images:save("same.txt"\(options)) }
        """
    }

    /// One row after the other, each by a worker of its own.
    private func results(_ script: String) async throws -> (results: [QueuedResult], files: [String: String]) {
        let folder = try TestFolder()
        let rows = [["text": "one"], ["text": "two"], ["text": "three"]]
        let found = CountedState([QueuedResult]()) { $0.count }
        try await WorkerFixture.run(script, rows: rows) { fixture in
            let workers = ["w1", "w2", "w3"].map {
                fixture.worker($0, in: folder, "--trust", "any", "--concurrency", "1", "--out", folder["out"])
            }
            let results = try await fixture.results(3)
            for worker in workers {
                worker.drain()
                #expect(await worker.status == .success)
            }
            found.withLock { $0 = results }
        }
        var files: [String: String] = [:]
        for name in ["same.txt", "same-2.txt", "same-3.txt", "same-4.txt"] {
            files[name] = (try? folder.read("out/\(name)")).map { String(decoding: $0, as: UTF8.self) }
        }
        return (found.withLock { $0 }, files)
    }

    @Test("Of rows that save one name one has it, whoever did it, and the others fail with words that name it")
    func refused() async throws {
        let (results, files) = try await results(Self.saving())
        let done = try #require(results.first { $0.result.state == .succeeded })
        #expect(results.count { $0.result.state == .succeeded } == 1)
        #expect(files == ["same.txt": ["one", "two", "three"][done.row - 1]])
        for other in results where other.row != done.row {
            #expect(other.result.failure?.code == "invalid_argument")
            #expect(other.result.failure?.message.contains("of the row row-\(done.row)") == true)
            #expect(other.result.predictions.count == 1, "what was paid for is named")
        }
    }

    @Test("With on_conflict = \"rename\" each has a file of its own")
    func renamed() async throws {
        let (results, files) = try await results(Self.saving(", { on_conflict = 'rename' }"))
        #expect(results.allSatisfy { $0.result.state == .succeeded })
        #expect(Set(files.keys) == ["same.txt", "same-2.txt", "same-3.txt"])
        #expect(Set(files.values) == ["one", "two", "three"])
    }
}
