import SpeedPix
import SpeedPixTesting
import Testing

@Suite("Files at a stub")
struct StubFileTests {
    private let client: SpeedPixClient
    private let stub: StubTransport

    init() {
        (client, stub) = SpeedPixClient.stubbed()
    }

    @Test("A file of an input is uploaded, and found again by its URL")
    func inputFile() async throws {
        stub.on("poster", .succeed())
        _ = try await client.run(
            "poster", input: ["image": .bytes([1, 2, 3], filename: "a b.png"), "text": "a"])
        let created = try #require(stub.predictions.first)
        let upload = try #require(stub.upload(at: created.input["image"]))
        #expect(upload.bytes == [1, 2, 3])
        #expect(upload.filename == "a b.png")
        #expect(upload.contentType == "image/png")
        #expect(stub.upload(at: "https://speedpix.test/uploads/9/x") == nil)
        #expect(stub.upload(at: nil) == nil)
    }

    @Test("An upload says what the service says of it, and can be got, read and deleted")
    func fileCalls() async throws {
        let file = try await client.files.upload(.bytes(Array("hello".utf8), filename: "a.txt"))
        #expect(file.expiresAt == stub.date.now.addingTimeInterval(3600))
        #expect(try await client.files.read(file.url) == Array("hello".utf8))
        let same = try await client.files.get(file.objectKey)
        #expect(same.filename == "a.txt" && same.size == 5 && same.mimeType == "text/plain")
        try await client.files.delete(file.objectKey)
        let error = try await speedPixError { try await client.files.get(file.objectKey) }
        #expect(error.serviceCode == "FileNotFound")
        #expect(stub.uploads.map(\.filename) == ["a.txt"])
    }

    @Test(
        "An upload that breaks is made again with a new URL",
        arguments: [StubFault.resetBefore, .status(503), .refusedConnection, .timeout])
    func struckUpload(_ fault: StubFault) async throws {
        stub.inject(fault, into: .upload)
        let file = try await client.files.upload(.bytes([1, 2, 3], filename: "a.png"))
        #expect(stub.callCount(of: .signUpload) == 2)
        #expect(stub.uploads.map(\.url) == [file.url])
    }

    @Test("The file of an output is downloaded as it was given")
    func outputFile() async throws {
        stub.on("poster", .succeed(output: ["images": stub.file([1, 2, 3], named: "Plakat ä.png")]))
        let done = try await client.run("poster", input: [:])
        let file = try #require(done.files.first)
        #expect(file.filename == "Plakat ä.png")
        #expect(file.mimeType == "image/png" && file.size == 3 && file.format == "png")
        #expect(try await client.files.read(file.url) == [1, 2, 3])
        #expect(stub.downloads == [file.url])
    }

    @Test("A URL of any host serves what was set")
    func servedURL() async throws {
        stub.serve([4, 5], at: "https://cdn.example.com/a.png?token=1")
        stub.on("poster", .succeed(output: ["images": "https://cdn.example.com/a.png?token=1"]))
        let done = try await client.run("poster", input: [:])
        #expect(try await client.files.read(done.files[0].url) == [4, 5])
    }

    @Test("A download that breaks off is taken up where it broke", arguments: [0, 1, 3])
    func brokenDownload(_ count: Int) async throws {
        stub.serve([1, 2, 3, 4], at: "https://cdn.example.com/a.png")
        stub.inject(.cutBody(after: count), into: .download)
        #expect(try await client.files.read("https://cdn.example.com/a.png") == [1, 2, 3, 4])
        let ranges = stub.requests.map { $0.headers[.range] }
        #expect(ranges == [nil, count > 0 ? "bytes=\(count)-" : nil])
    }

    @Test("A store that refuses a download is an error with its status")
    func refusedDownload() async throws {
        stub.serve([1], at: "https://cdn.example.com/a.png")
        stub.inject(.status(403), into: .download)
        let error = try await speedPixError { try await client.files.read("https://cdn.example.com/a.png") }
        #expect(error.code == .apiError && error.httpStatus == 403)
    }

    @Test("A URL that serves nothing fails at once, and says what to do")
    func unknownURL() async throws {
        let error = try await speedPixError { try await client.files.read("https://cdn.example.com/b.png") }
        #expect(error.message.contains("nothing is served at https://cdn.example.com/b.png"))
        #expect(error.remedy?.contains("stub.serve") == true)
        #expect(stub.downloads.count == 1)
        #expect(stub.unexpectedRequests.count == 1)
    }
}
