import SpeedPix
import SpeedPixTestSupport
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("Look-up, deletion and renewal of files")
struct RecordTests {
    static let record = ScriptedReply.ok([
        "objectKey": "uploads/1/a.png", "accessUrl": "https://store.test/new", "expireTime": 1_700_010_000,
        "contentType": "image/png", "size": 5, "originalFilename": "a.png", "createTime": 1_699_999_000_000,
    ])

    @Test("get asks for a file by its key and returns what the service knows of it")
    func getFile() async throws {
        let service = try ScriptedService(Self.record)
        let file = try await service.files.get("uploads/1/a.png")
        #expect(service.paths == ["/scc/sp_get_temp_file"])
        #expect(service.requests.first?.json == ["objectKey": "uploads/1/a.png"])
        #expect(file.id == "uploads/1/a.png")
        #expect(file.accessURL == "https://store.test/new")
        #expect(file.filename == "a.png")
        #expect(file.size == 5)
        #expect(file.mimeType == "image/png")
        #expect(file.createdAt == Date(timeIntervalSince1970: 1_699_999_000))
        #expect(file.expiresAt == Date(timeIntervalSince1970: 1_700_010_000))
    }

    @Test("get accepts other spellings and missing fields")
    func otherSpellings() async throws {
        let service = try ScriptedService(
            .ok(["access_url": "https://store.test/x", "size": "7", "expire_time": "2023-11-15T00:00:00Z"]),
            .ok(["accessUrl": "https://store.test/y"]))
        let file = try await service.files.get("k/画.webp")
        #expect(file.objectKey == "k/画.webp")
        #expect(file.filename == "画.webp")
        #expect(file.mimeType == "image/webp")
        #expect(file.size == 7)
        #expect(file.expiresAt != nil)
        #expect(file.createdAt == service.date.now)
        #expect(try await service.files.get("k").size == 0)
    }

    @Test("delete removes a file, and its upload is not reused")
    func deletedFileIsNotReused() async throws {
        let service = try ScriptedService(
            UploadTests.signed(1), UploadTests.stored, .ok(["objectKey": "key-1"]), UploadTests.signed(2),
            UploadTests.stored)
        let file = try await service.files.upload(UploadTests.source)
        try await service.files.delete(file.id)
        #expect(service.requests.last?.path == "/scc/sp_delete_temp_file")
        #expect(service.requests.last?.json == ["objectKey": "key-1"])
        #expect(try await service.files.upload(UploadTests.source).objectKey == "key-2")
    }

    static let noSuchCall: [ScriptedReply] = [
        .text("Not Found", status: 404), .text("", status: 404),
        .text("{\"status\":404,\"error\":\"Not Found\"}", status: 404),
        .gateway("Invalid Url", status: 404), .gateway("Invalid Url", status: 400),
        .refusal("ApiNotFound", "no"), .refusal("InvalidApi.NotFound", "no", status: 404),
        .refusal("NO_SUCH_API", "no"), .refusal("1234", "The API does not exist"), .refusal("E1", "接口不存在"),
        .text("", status: 405), .text("", status: 501),
        .gateway("Invalid Url", headers: [.caErrorCode: "I400RU"]),
        .gateway("API not found with `POST /scc/x`", status: 404, headers: [.caErrorCode: "I404NF"]),
        .gateway("gone", status: 404, headers: [.caErrorCode: "I404NF"]),
    ]

    @Test("get and delete fail as unsupported when the service does not have the call", arguments: noSuchCall)
    func unsupportedCall(_ reply: ScriptedReply) async throws {
        let service = try ScriptedService(then: reply)
        for error in [
            try await speedPixError { try await service.files.get("k") },
            try await speedPixError { try await service.files.delete("k") },
        ] {
            #expect(error.code == .unsupported)
            #expect(error.remedy != nil)
            #expect(!error.isRetryable)
            #expect(error.cause != nil)
        }
        #expect(service.requests.count == 2)
    }

    static let otherRefusals: [(ScriptedReply, SpeedPixError.Code)] = [
        (.refusal("FileNotFound", "there is no such file"), .apiError),
        (.refusal("FileNotFound", "there is no such file", status: 404), .apiError),
        (.refusal("NoSuchKey", "gone", status: 404), .apiError), (.refusal("NotFound", "gone"), .apiError),
        (.gateway("Invalid Signature, Server StringToSign:`x`"), .auth), (.refusal("E2", "invalid url"), .apiError),
        (.text("", status: 413), .apiError),
    ]

    @Test("get and delete report any other refusal with its own code", arguments: otherRefusals)
    func refusalsOfExistingCalls(_ reply: ScriptedReply, _ code: SpeedPixError.Code) async throws {
        let service = try ScriptedService(then: reply)
        #expect(try await speedPixError { try await service.files.get("k") }.code == code)
        #expect(try await speedPixError { try await service.files.delete("k") }.code == code)
    }

    @Test("get refuses an answer without a URL, and get and delete an empty key")
    func anAnswerWithoutAURLAndAnEmptyKeyAreErrors() async throws {
        let service = try ScriptedService(.ok(["objectKey": "k"]))
        #expect(try await speedPixError { try await service.files.get("k") }.code == .invalidResponse)
        #expect(try await speedPixError { try await service.files.get("") }.code == .invalidArgument)
        #expect(try await speedPixError { try await service.files.delete("") }.code == .invalidArgument)
        #expect(service.requests.count == 1)
    }

    // MARK: Fresh URLs

    @Test("fresh returns a file whose URL lasts without a call")
    func lastingURL() async throws {
        let service = try ScriptedService(UploadTests.signed(), UploadTests.stored)
        let file = try await service.files.upload(UploadTests.source)
        #expect(try await service.files.renewed(file) == file)
        #expect(try await service.files.renewed(file, margin: .seconds(1799)) == file)
        #expect(service.requests.count == 2)
    }

    @Test("fresh renews a URL that is about to expire, and later uploads reuse it")
    func anEndingURLIsRenewedAndTheNewOneReused() async throws {
        let service = try ScriptedService(UploadTests.signed(), UploadTests.stored, Self.renewed)
        let file = try await service.files.upload(UploadTests.source)
        service.date.advance(by: .seconds(3100))
        let fresh = try await service.files.renewed(file)
        #expect(fresh.url == "https://store.test/new")
        #expect(try await service.files.upload(UploadTests.source).url == "https://store.test/new")
        #expect(service.requests.count == 3)
    }

    static let renewed = ScriptedReply.ok([
        "objectKey": "key-1", "accessUrl": "https://store.test/new", "expireTime": 1_700_010_000,
    ])

    @Test(
        "fresh uploads the file again when the service cannot renew its URL",
        arguments: [ScriptedReply.text("", status: 404), .refusal("FileNotFound", "gone")])
    func renewalByUpload(_ refusal: ScriptedReply) async throws {
        try await withTemporaryFolder { folder in
            let path = try folder.write("a.png", Array("hello".utf8))
            let service = try ScriptedService(
                UploadTests.signed(1), UploadTests.stored, refusal, UploadTests.signed(2), UploadTests.stored)
            let file = try await service.files.upload(.path(path))
            service.date.advance(by: .seconds(3500))
            let fresh = try await service.files.renewed(file)
            #expect(fresh.objectKey == "key-2")
            #expect(service.requests.last?.body == Array("hello".utf8))
        }
    }

    @Test("A URL that has ended is not renewed from a file that has changed")
    func changedSourceIsNotUploaded() async throws {
        try await withTemporaryFolder { folder in
            let path = try folder.write("a.png", Array("hello".utf8))
            let service = try ScriptedService(UploadTests.signed(1), UploadTests.stored, .text("", status: 404))
            let file = try await service.files.upload(.path(path))
            _ = try folder.write("a.png", Array("HELLO".utf8))
            service.date.advance(by: .seconds(3500))
            let error = try await speedPixError { try await service.files.renewed(file) }
            #expect(error.code == .invalidArgument)
            #expect(error.message.contains("no longer the same"))
            #expect(service.requests.count == 3)
        }
    }

    @Test("fresh without a source fails with a remedy when it cannot renew the URL")
    func renewalWithoutASource() async throws {
        let service = try ScriptedService(
            UploadTests.signed(1), UploadTests.stored, .text("", status: 404), .text("", status: 404),
            UploadTests.signed(2), UploadTests.stored)
        let file = try await service.files.upload(UploadTests.source)
        service.date.advance(by: .seconds(3500))
        let error = try await speedPixError { try await service.files.renewed(file) }
        #expect(error.code == .unsupported)
        #expect(error.remedy?.contains("source:") == true)
        #expect(try await service.files.renewed(file, source: UploadTests.source).objectKey == "key-2")
    }
}
