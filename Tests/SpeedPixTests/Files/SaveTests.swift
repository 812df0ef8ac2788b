import HTTPTypes
import SpeedPix
import SpeedPixTestSupport
import Synchronization
import SystemPackage
import Testing

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

@Suite("Saving of output files")
struct SaveTests {
    static func output(_ url: String, name: String? = nil) throws -> FileOutput {
        let name = name.map { JSONValue.string($0) } ?? .null
        return try #require(FileOutput(["url": .string(url), "filename": name]))
    }

    /// The URL's own path as the body.
    static let echo = ScriptedReply("the path") { request in
        try await ScriptedReply.text(request.path).respond(request)
    }

    @Test("save to a folder keeps the file's name, and save to a file uses the given one")
    func saveToFolderAndFile() async throws {
        try await withTemporaryFolder { folder in
            let service = try ScriptedService(then: Self.echo)
            let output = try Self.output("https://cdn.test/x/cat.png?sig=1")
            #expect(try await service.files.save(output, to: folder.path) == folder["cat.png"])
            #expect(try await service.files.save(output, to: folder["new/"]) == folder["new/cat.png"])
            #expect(try await service.files.save(output, to: folder["dog.png"]) == folder["dog.png"])
            #expect(try folder.names == ["cat.png", "dog.png", "new"])
        }
    }

    @Test("download(toNew:) returns nil and keeps a file that exists")
    func newFileKeepsAnExistingOne() async throws {
        try await withTemporaryFolder { folder in
            let service = try ScriptedService(then: Self.echo)
            #expect(try await service.files.download("https://cdn.test/first", toNew: folder["a.png"]) != nil)
            #expect(try await service.files.download("https://cdn.test/other", toNew: folder["a.png"]) == nil)
            #expect(try folder.names == ["a.png"])
            #expect(try folder.bytes("a.png") == Array("/first".utf8))
        }
    }

    @Test("A numbered name stays within 255 bytes")
    func numberedName() {
        let name = Files.numbered(String(repeating: "é", count: 125) + ".png", 12)
        #expect(name.hasSuffix("é (12).png") && name.utf8.count == 255)
        #expect(Files.numbered("a.png", 2) == "a (2).png")
    }

    @Test("Distinct names ignore case and leave later files their names, whatever the form of a number")
    func distinctNames() {
        let names = Files.distinctNames(["a.png", "A.png", "2-A.png", "a.png"]) { "\($1)-\($0)" }
        #expect(names == ["a.png", "3-A.png", "2-A.png", "4-a.png"])
    }

    @Test("A download of several outputs gives each file a name of its own")
    func namesOfSeveralOutputs() async throws {
        try await withTemporaryFolder { folder in
            let service = try ScriptedService(then: Self.echo)
            let names = ["a.png", "b.png", "A.png", "a (2).png", "a.png", "c", "c", ".hidden"]
            let outputs = try names.enumerated().map { try Self.output("https://cdn.test/\($0)", name: $1) }
            let paths = try await service.files.download(outputs, into: folder["out"], concurrency: 2)
            let expected = [
                "a.png", "b.png", "A (3).png", "a (2).png", "a (4).png", "c", "c (2)", "hidden",
            ].map { folder["out/\($0)"] }
            #expect(paths == expected)
            for (index, path) in expected.enumerated() {
                let name = String(path.dropFirst(folder.path.count + 1))
                #expect(try folder.bytes(name) == Array("/\(index)".utf8))
            }
        }
    }

    @Test("Downloading into a folder keeps to the given concurrency")
    func savesWithBoundedConcurrency() async throws {
        try await withTemporaryFolder { folder in
            let counts = Mutex((now: 0, most: 0))
            let service = try ScriptedService(
                then: ScriptedReply("counted") { request in
                    counts.withLock { counts in
                        counts.now += 1
                        counts.most = max(counts.most, counts.now)
                    }
                    for _ in 0..<20 { await Task.yield() }
                    counts.withLock { $0.now -= 1 }
                    return try await Self.echo.respond(request)
                })
            let outputs = try (0..<24).map { try Self.output("https://cdn.test/\($0).png") }
            _ = try await service.files.download(outputs, into: folder.path, concurrency: 3)
            #expect(counts.withLock { $0.most } <= 3)
            #expect(counts.withLock { $0.most } > 1)
            #expect(try folder.names.count == 24)
            #expect(try await service.files.download([], into: folder.path).isEmpty)
        }
    }

    @Test("A download of several outputs ends when one fails and leaves no file")
    func oneOutputFails() async throws {
        try await withTemporaryFolder { folder in
            let transport = Mutex<ScriptedTransport?>(nil)
            let service = try ScriptedService(
                then: ScriptedReply("one fails") { request in
                    if request.path == "/2.png" {
                        // When the others are under way.
                        await transport.withLock { $0 }?.waitForRequests(4)
                        return try await ScriptedReply.text("", status: 404).respond(request)
                    }
                    return try await ScriptedReply.stalling(after: [1, 2, 3]).respond(request)
                })
            transport.withLock { $0 = service.transport }
            let outputs = try (0..<9).map { try Self.output("https://cdn.test/\($0).png") }
            let error = try await speedPixError {
                try await service.files.download(outputs, into: folder.path, concurrency: 4)
            }
            #expect(error.httpStatus == 404)
            #expect(service.requests.count == 4)
            #expect(try folder.names.isEmpty)
        }
    }

    @Test("The progress of several outputs tells which output it is about")
    func progressTellsWhichFile() async throws {
        try await withTemporaryFolder { folder in
            let told = Mutex<[String: Int64]>([:])
            let service = try ScriptedService(then: Self.echo)
            let outputs = try (0..<3).map { try Self.output("https://cdn.test/\($0).png") }
            _ = try await service.files.download(outputs, into: folder.path) { output, progress in
                told.withLock { $0[output.url] = progress.bytesDone }
            }
            #expect(told.withLock { $0 } == Dictionary(uniqueKeysWithValues: outputs.map { ($0.url, 6) }))
        }
    }

    // MARK: Disks

    @Test(
        "An error of the disk says what went wrong and what to do",
        arguments: [
            (Errno.noSpace, "the disk is full"), (.diskQuotaExceeded, "the quota is used up"),
            (.readOnlyFileSystem, "the file system is read-only"), (.permissionDenied, "permission denied"),
            (.fileTooLarge, "the file is larger"),
        ])
    func diskErrors(errno: Errno, text: String) async throws {
        let error = SpeedPixError.writing(errno, path: "out/a.png")
        #expect(error.code == .fileSystem)
        #expect(error.message.hasPrefix("could not write out/a.png: \(text)"))
        #expect(error.remedy != nil)
        #expect(error.cause as? Errno == errno)
    }

    @Test(
        "A download into a read-only folder is refused before it is sent",
        .enabled(if: geteuid() != 0, "root may write to every folder"))
    func readOnlyFolder() async throws {
        try await withTemporaryFolder { folder in
            try folder.makeFolder("closed")
            chmod(folder["closed"], 0o500)
            defer { chmod(folder["closed"], 0o700) }
            let service = try ScriptedService(then: Self.echo)
            let error = try await speedPixError {
                try await service.files.download("https://cdn.test/a", to: folder["closed/a"])
            }
            #expect(error.code == .fileSystem)
            #expect(error.message.contains("permission denied"))
            #expect(service.requests.isEmpty)
        }
    }
}
