import HTTPTypes
import SpeedPix
import SpeedPixTestSupport
import Testing

@Suite("Uploads")
struct UploadTests {
    /// The answer to a request for a signed upload.
    static func signed(_ number: Int = 1) -> ScriptedReply {
        .ok([
            "uploadUrl": .string("https://store.test/put/\(number)?sig=x"), "objectKey": .string("key-\(number)"),
            "accessUrl": .string("https://store.test/get/\(number)"), "expireTime": 1_700_003_600,
            "path": "/ignored",
        ])
    }

    static let stored = ScriptedReply.text("")
    static let source = UploadSource.bytes(Array("hello".utf8), filename: "a.png")

    @Test("An upload is a signed request and an unsigned PUT to the store")
    func anUploadIsASignatureAndAPut() async throws {
        let service = try ScriptedService(Self.signed(), Self.stored)
        let file = try await service.files.upload(Self.source)
        let sign = try #require(service.requests.first)
        #expect(sign.path == "/scc/sp_create_temp_file_upload_sign")
        #expect(sign.json == ["contentType": "image/png", "originalFilename": "a.png", "size": 5])
        let put = try #require(service.requests.last)
        #expect(put.method == .put)
        #expect(put.url == "https://store.test/put/1?sig=x")
        #expect(put.headers[values: .contentType] == ["image/png"])
        #expect(put.body == Array("hello".utf8))
        #expect(!put.headers.contains { $0.name.canonicalName.hasPrefix("x-ca-") })
        #expect(file.url == "https://store.test/get/1")
        #expect(file.objectKey == "key-1")
        #expect(file.filename == "a.png")
        #expect(file.size == 5)
        #expect(file.mimeType == "image/png")
        #expect(file.createdAt == service.date.now)
        #expect(file.expiresAt?.timeIntervalSince1970 == 1_700_003_600)
    }

    @Test("An upload uses the given name and type")
    func nameAndTypeMayBeGiven() async throws {
        let service = try ScriptedService(Self.signed(), Self.stored)
        let file = try await service.files.upload(Self.source, filename: "图.bin", contentType: "image/x-raw; v=1")
        #expect(file.filename == "图.bin")
        #expect(service.requests.first?.json["contentType"] == "image/x-raw; v=1")
        #expect(service.requests.last?.headers[.contentType] == "image/x-raw; v=1")
    }

    @Test("An upload accepts a signature in snake case without key and expiry")
    func snakeCaseAnswer() async throws {
        let service = try ScriptedService(
            .ok(["upload_url": "https://store.test/put", "access_url": "https://store.test/get"]), Self.stored)
        let file = try await service.files.upload(Self.source)
        #expect(file.url == "https://store.test/get")
        #expect(file.objectKey == "")
        #expect(file.expiresAt == nil)
    }

    @Test("An upload of a file streams it in chunks of at most 256 KiB")
    func aFileIsStreamedInChunks() async throws {
        try await withTemporaryFolder { folder in
            let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
            let path = try folder.write("big.jpg", bytes)
            let service = try ScriptedService(Self.signed(), Self.stored)
            let file = try await service.files.upload(.path(path))
            let put = try #require(service.requests.last)
            #expect(put.streamLength == 1_000_000)
            #expect(put.body == bytes)
            #expect(put.chunkSizes.count >= 4)
            #expect(put.chunkSizes.allSatisfy { $0 <= 256 << 10 })
            #expect(put.headers[.contentType] == "image/jpeg")
            #expect(file.filename == "big.jpg")
            #expect(file.size == 1_000_000)
        }
    }

    @Test("An upload of an empty file sends no bytes")
    func emptyFile() async throws {
        try await withTemporaryFolder { folder in
            let service = try ScriptedService(Self.signed(), Self.stored)
            let file = try await service.files.upload(.path(folder.write("empty.txt", [])))
            #expect(file.size == 0)
            #expect(service.requests.last?.body == [])
            #expect(service.requests.first?.json["size"] == 0)
        }
    }

    @Test("An upload of a missing file or a folder is refused before it is signed")
    func unreadableFile() async throws {
        try await withTemporaryFolder { folder in
            let service = try ScriptedService()
            let missing = try await speedPixError { try await service.files.upload(.path(folder["nope.png"])) }
            #expect(missing.code == .fileNotFound)
            #expect(missing.message.contains("nope.png"))
            #expect(missing.remedy != nil)
            let isFolder = try await speedPixError { try await service.files.upload(.path(folder.path)) }
            #expect(isFolder.code == .invalidArgument)
            #expect(isFolder.message.contains("is a folder"))
            #expect(service.requests.isEmpty)
        }
    }

    // MARK: Failures on the way

    @Test(
        "An upload that fails on the way is repeated with a new signature",
        arguments: [
            ScriptedReply.text("", status: 500), .text("", status: 503), .reset, .refusedConnection,
            .text("", status: 429),
        ])
    func aTransferThatFailsBeginsAgainWithANewSignature(_ reply: ScriptedReply) async throws {
        try await withTemporaryFolder { folder in
            let bytes = [UInt8](repeating: 7, count: 300_000)
            let path = try folder.write("a.png", bytes)
            let service = try ScriptedService(Self.signed(1), reply, Self.signed(2), Self.stored)
            let file = try await service.files.upload(.path(path))
            #expect(file.url == "https://store.test/get/2")
            let puts = service.requests.filter { $0.method == .put }
            #expect(puts.map(\.url) == ["https://store.test/put/1?sig=x", "https://store.test/put/2?sig=x"])
            #expect(puts.allSatisfy { $0.body == bytes })
        }
    }

    @Test("An upload whose store fails each time ends after four tries")
    func uploadTriesAreBounded() async throws {
        let service = try ScriptedService(
            Self.signed(), .reset, Self.signed(), .reset, Self.signed(), .reset, Self.signed(), .reset)
        let error = try await speedPixError { try await service.files.upload(Self.source) }
        #expect(error.code == .network)
        #expect(service.requests.count == 8)
    }

    @Test(
        "An upload that the store refuses fails with the status and is not repeated",
        arguments: [(413, SpeedPixError.Code.invalidArgument), (403, .apiError), (400, .apiError), (302, .apiError)])
    func refusedByTheStore(status: Int, code: SpeedPixError.Code) async throws {
        let service = try ScriptedService(Self.signed(), .text("<Error/>", status: status))
        let error = try await speedPixError { try await service.files.upload(Self.source) }
        #expect(error.code == code)
        #expect(error.httpStatus == status)
        #expect(error.message.contains("a.png"))
        #expect(service.requests.count == 2)
    }

    @Test("An upload that is too large for the store fails with a remedy")
    func tooLargeFile() async throws {
        let service = try ScriptedService(Self.signed(), .text("", status: 413))
        let error = try await speedPixError { try await service.files.upload(Self.source) }
        #expect(error.remedy?.contains("larger") == true)
    }

    static let halfSigned: [JSONValue] = [
        ["uploadUrl": "https://store.test/put"], ["accessUrl": "https://store.test/get"], nil,
    ]

    @Test("An upload whose signature lacks a URL fails as an invalid response", arguments: halfSigned)
    func aSignatureWithoutURLsIsAnError(_ data: JSONValue) async throws {
        let service = try ScriptedService(.ok(data))
        let error = try await speedPixError { try await service.files.upload(Self.source) }
        #expect(error.code == .invalidResponse)
        #expect(service.requests.count == 1)
    }

    @Test("An upload whose signature is refused fails with the service's code")
    func aRefusedSignatureIsAnError() async throws {
        let service = try ScriptedService(.refusal("TypeNotAllowed", "no such type here"))
        let error = try await speedPixError { try await service.files.upload(Self.source) }
        #expect(error.serviceCode == "TypeNotAllowed")
    }

    @Test("A cancelled upload closes its file")
    func aCancelledUploadOfAFileClosesIt() async throws {
        try await withTemporaryFolder { folder in
            let path = try folder.write("a.png", [UInt8](repeating: 7, count: 300_000))
            let service = try ScriptedService(Self.signed(), then: .silence)
            let task = Task { try await service.files.upload(.path(path)) }
            await service.transport.waitForRequests(2)
            task.cancel()
            // A handle that was left open would end the process when it is released.
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(service.requests.count == 2)
        }
    }
}
