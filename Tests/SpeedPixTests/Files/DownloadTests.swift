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

    @Test(arguments: [Self.text.count, nil])
    func aFileIsWrittenAsItComes(announced: Int?) async throws {
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

    @Test func anExistingFileIsReplaced() async throws {
        try await withTemporaryFolder { folder in
            let path = try folder.write("a.png", [UInt8](repeating: 1, count: 1000))
            try await ScriptedService(Self.whole()).files.download(Self.url, to: path)
            #expect(try folder.bytes("a.png") == Self.text)
            #expect(try folder.names == ["a.png"])
        }
    }

    @Test func anEmptyFileIsAFile() async throws {
        try await withTemporaryFolder { folder in
            let service = try ScriptedService(.body([], headers: [.contentLength: "0"]))
            #expect(try await service.files.download(Self.url, to: folder["a"]) == 0)
            #expect(try folder.bytes("a") == [])
        }
    }

    @Test func missingFoldersAreMadeByManyAtOnce() async throws {
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
    @Test(arguments: [String(repeating: "画", count: 85), String(repeating: "x", count: 255), "-rf", "*.png"])
    func everyNameThatAFileMayHaveWorks(_ name: String) async throws {
        try await withTemporaryFolder { folder in
            try await ScriptedService(Self.whole()).files.download(Self.url, to: folder[name])
            #expect(try folder.names == [name])
        }
    }

    // MARK: Failures

    @Test(arguments: truncated)
    func aTruncatedBodyLeavesNothing(_ reply: ScriptedReply) async throws {
        try await withTemporaryFolder { folder in
            let service = try ScriptedService(reply)
            let error = try await speedPixError { try await service.files.download(Self.url, to: folder["a.png"]) }
            #expect(error.code == .network)
            #expect(error.isRetryable)
            #expect(try folder.names.isEmpty)
        }
    }

    @Test(arguments: truncated)
    func aTruncatedBodyLeavesTheOldFile(_ reply: ScriptedReply) async throws {
        try await withTemporaryFolder { folder in
            let path = try folder.write("a.png", [1, 2, 3])
            let service = try ScriptedService(reply)
            _ = try await speedPixError { try await service.files.download(Self.url, to: path) }
            #expect(try folder.bytes("a.png") == [1, 2, 3])
            #expect(try folder.names == ["a.png"])
        }
    }

    @Test(arguments: [403, 404, 410])
    func anExpiredURLSaysWhatToDo(_ status: Int) async throws {
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

    @Test(arguments: [
        ScriptedReply.text("", status: 503), .text("", status: 429), .reset, .refusedConnection,
    ])
    func aStoreThatIsBusyIsAskedAgain(_ reply: ScriptedReply) async throws {
        try await withTemporaryFolder { folder in
            let service = try ScriptedService(reply, reply, Self.whole())
            try await service.files.download(Self.url, to: folder["a"])
            #expect(service.requests.count == 3)
        }
        let hopeless = try ScriptedService(then: reply)
        _ = try await speedPixError { try await hopeless.files.read(Self.url) }
        #expect(hopeless.requests.count == 4)
    }

    @Test func aFolderIsNoTarget() async throws {
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

    @Test func aFileInTheWayOfAFolderIsAnError() async throws {
        try await withTemporaryFolder { folder in
            _ = try folder.write("file", [1])
            let service = try ScriptedService()
            let error = try await speedPixError { try await service.files.download(Self.url, to: folder["file/a.png"]) }
            #expect(error.code == .fileSystem)
            #expect(service.requests.isEmpty)
        }
    }

    @Test(arguments: ["", "ftp://cdn.test/a", "file:///etc/passwd", "/etc/passwd", "data:text/plain,hi"])
    func onlyHTTPIsDownloaded(_ url: String) async throws {
        try await withTemporaryFolder { folder in
            let service = try ScriptedService()
            let error = try await speedPixError { try await service.files.download(url, to: folder["a"]) }
            #expect(error.code == .invalidArgument)
            #expect(service.requests.isEmpty)
            #expect(try folder.names.isEmpty)
        }
    }

    @Test func aCancelledDownloadLeavesNothing() async throws {
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

    @Test func aFileIsRead() async throws {
        #expect(try await ScriptedService(Self.whole()).files.read(Self.url) == Self.text)
    }

    @Test func aFileOfExactlyTheLimitIsRead() async throws {
        #expect(try await ScriptedService(Self.whole()).files.read(Self.url, limit: 12).count == 12)
        let error = try await speedPixError { try await ScriptedService(Self.whole()).files.read(Self.url, limit: 11) }
        #expect(error.code == .invalidArgument)
        #expect(error.remedy != nil)
    }

    @Test func aTruncatedReadIsAnError() async throws {
        #expect(
            try await speedPixError { try await ScriptedService(Self.whole(13)).files.read(Self.url) }.code == .network)
    }
}
