import HTTPTypes
import SpeedPix
import SpeedPixTestSupport
import Testing

@Suite("Downloads")
struct DownloadTests {
    static let url = "https://cdn.test/a.png?sig=x"
    static let chunks: [[UInt8]] = [Array("hello, ".utf8), [], Array("world".utf8)]
    static let text = Array("hello, world".utf8)

    static func whole(_ announced: Int? = text.count) -> ScriptedReply {
        .body(chunks, headers: announced.map { [.contentLength: "\($0)"] } ?? [:])
    }

    static let truncated = [
        whole(100), whole(5),
        .body(
            [[1, 2, 3]], headers: [.contentLength: "100"],
            then: TransportError("reset by peer", mayHaveReachedService: true)),
    ]

    @Test("A download writes the file, with and without an announced length", arguments: [Self.text.count, nil])
    func downloadIntoAFile(announced: Int?) async throws {
        try await withTemporaryFolder { folder in
            let service = try ScriptedService(Self.whole(announced))
            #expect(try await service.files.download(Self.url, to: folder["a.png"]) == 12)
            #expect(try folder.bytes("a.png") == Self.text)
            #expect(try folder.names == ["a.png"])
            let request = try #require(service.requests.first)
            #expect(request.method == .get)
            #expect(request.url == Self.url)
            #expect(!request.headers.contains { $0.name.canonicalName.hasPrefix("x-ca-") })
        }
    }

    @Test("A download replaces an existing file")
    func anExistingFileIsReplaced() async throws {
        try await withTemporaryFolder { folder in
            let path = try folder.write("a.png", [UInt8](repeating: 1, count: 1000))
            try await ScriptedService(Self.whole()).files.download(Self.url, to: path)
            #expect(try folder.bytes("a.png") == Self.text)
            #expect(try folder.names == ["a.png"])
        }
    }

    @Test("A download of an empty file writes an empty file")
    func emptyFile() async throws {
        try await withTemporaryFolder { folder in
            let service = try ScriptedService(.body([], headers: [.contentLength: "0"]))
            #expect(try await service.files.download(Self.url, to: folder["a"]) == 0)
            #expect(try folder.bytes("a") == [])
        }
    }

    @Test("Downloads at once make the same missing folders")
    func missingFoldersAreMadeByManyAtOnce() async throws {
        try await withTemporaryFolder { folder in
            let service = try ScriptedService(then: Self.whole())
            try await withThrowingTaskGroup { group in
                for number in 0..<16 {
                    group.addTask {
                        try await service.files.download(Self.url, to: folder["deep/er/\(number).png"])
                    }
                }
                try await group.waitForAll()
            }
            #expect(try folder.bytes("deep/er/15.png") == Self.text)
        }
    }

    /// 255 bytes are the most that fit: a temporary name must not be the target's with something added.
    @Test(
        "A download writes to names of 255 bytes and with special characters",
        arguments: [String(repeating: "画", count: 85), String(repeating: "x", count: 255), "-rf", "*.png"])
    func unusualFileNames(_ name: String) async throws {
        try await withTemporaryFolder { folder in
            try await ScriptedService(Self.whole()).files.download(Self.url, to: folder[name])
            #expect(try folder.names == [name])
        }
    }

    // MARK: Failures

    @Test("A download with a truncated body fails and leaves no file", arguments: truncated)
    func aTruncatedBodyLeavesNothing(_ reply: ScriptedReply) async throws {
        try await withTemporaryFolder { folder in
            let service = try ScriptedService(reply)
            let error = try await speedPixError { try await service.files.download(Self.url, to: folder["a.png"]) }
            #expect(error.code == .network)
            #expect(error.isRetryable)
            #expect(try folder.names.isEmpty)
        }
    }

    @Test("A download with a truncated body keeps the file that existed", arguments: truncated)
    func aTruncatedBodyLeavesTheOldFile(_ reply: ScriptedReply) async throws {
        try await withTemporaryFolder { folder in
            let path = try folder.write("a.png", [1, 2, 3])
            let service = try ScriptedService(reply)
            _ = try await speedPixError { try await service.files.download(Self.url, to: path) }
            #expect(try folder.bytes("a.png") == [1, 2, 3])
            #expect(try folder.names == ["a.png"])
        }
    }

    @Test("A download of an expired URL fails with a remedy and is not repeated", arguments: [403, 404, 410])
    func expiredURL(_ status: Int) async throws {
        try await withTemporaryFolder { folder in
            let service = try ScriptedService(.text("<Error/>", status: status))
            let error = try await speedPixError { try await service.files.download(Self.url, to: folder["a"]) }
            #expect(error.code == .apiError)
            #expect(error.httpStatus == status)
            #expect(error.remedy?.contains("expired") == true)
            #expect(try folder.names.isEmpty)
            #expect(service.requests.count == 1)
        }
    }

    @Test(
        "A download is repeated three times at most when the store is busy or unreachable",
        arguments: [
            ScriptedReply.text("", status: 503), .text("", status: 429), .reset, .refusedConnection,
        ])
    func busyStore(_ reply: ScriptedReply) async throws {
        try await withTemporaryFolder { folder in
            let service = try ScriptedService(reply, reply, Self.whole())
            try await service.files.download(Self.url, to: folder["a"])
            #expect(service.requests.count == 3)
        }
        let hopeless = try ScriptedService(then: reply)
        _ = try await speedPixError { try await hopeless.files.read(Self.url) }
        #expect(hopeless.requests.count == 4)
    }

    @Test("A download to a folder's path is refused before it is sent")
    func aFolderIsNoTarget() async throws {
        try await withTemporaryFolder { folder in
            try folder.makeFolder("sub")
            let service = try ScriptedService()
            for path in [folder.path, folder["sub"], folder["sub/"], "", "/", "."] {
                let error = try await speedPixError { try await service.files.download(Self.url, to: path) }
                #expect(error.code == .invalidArgument)
            }
            #expect(service.requests.isEmpty)
            #expect(try folder.names == ["sub"])
        }
    }

    @Test("A download below a path that is a file is refused before it is sent")
    func aFileInTheWayOfAFolderIsAnError() async throws {
        try await withTemporaryFolder { folder in
            _ = try folder.write("file", [1])
            let service = try ScriptedService()
            let error = try await speedPixError { try await service.files.download(Self.url, to: folder["file/a.png"]) }
            #expect(error.code == .fileSystem)
            #expect(service.requests.isEmpty)
        }
    }

    @Test(
        "A download of a URL that is not HTTP is refused",
        arguments: ["", "ftp://cdn.test/a", "file:///etc/passwd", "/etc/passwd", "data:text/plain,hi"])
    func onlyHTTPIsDownloaded(_ url: String) async throws {
        try await withTemporaryFolder { folder in
            let service = try ScriptedService()
            let error = try await speedPixError { try await service.files.download(url, to: folder["a"]) }
            #expect(error.code == .invalidArgument)
            #expect(service.requests.isEmpty)
            #expect(try folder.names.isEmpty)
        }
    }

    @Test("A cancelled download leaves no file")
    func aCancelledDownloadLeavesNothing() async throws {
        try await withTemporaryFolder { folder in
            let service = try ScriptedService(.stalling(after: [1, 2, 3]))
            let task = Task { try await service.files.download(Self.url, to: folder["a.png"]) }
            await service.transport.waitForRequests(1)
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(try folder.names.isEmpty)
        }
    }

    // MARK: Into memory

    @Test("read returns the bytes of a file")
    func readIntoMemory() async throws {
        #expect(try await ScriptedService(Self.whole()).files.read(Self.url) == Self.text)
    }

    @Test("read accepts a file of exactly its limit and refuses a larger one")
    func aFileOfExactlyTheLimitIsRead() async throws {
        #expect(try await ScriptedService(Self.whole()).files.read(Self.url, limit: 12).count == 12)
        let error = try await speedPixError { try await ScriptedService(Self.whole()).files.read(Self.url, limit: 11) }
        #expect(error.code == .invalidArgument)
        #expect(error.remedy != nil)
    }

    @Test("read fails for a truncated body")
    func aTruncatedReadIsAnError() async throws {
        #expect(
            try await speedPixError { try await ScriptedService(Self.whole(13)).files.read(Self.url) }.code == .network)
    }
}
