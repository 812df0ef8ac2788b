import SpeedPix
import SpeedPixGateway
import SpeedPixTestSupport
import Testing

@Suite("Files of the gateway through the SDK")
struct FileClientTests {
    @Test("The client uploads a file once, looks it up, deletes it and uploads it again")
    func uploadGetAndDelete() async throws {
        try await TestGateway.run { gateway in
            let files = gateway.client.files
            let source = UploadSource.bytes(Array("hello".utf8), filename: "a.txt")
            let file = try await files.upload(source)
            #expect(try await files.upload(source) == file)
            let found = try await files.get(file.id)
            #expect(found.objectKey == file.objectKey)
            #expect((found.filename, found.size, found.mimeType) == ("a.txt", 5, "text/plain"))
            #expect(try await files.read(found.url) == Array("hello".utf8))

            try await files.delete(file.id)
            for operation in ["get", "delete"] {
                let error = await #expect(throws: SpeedPixError.self) {
                    if operation == "get" { _ = try await files.get(file.id) } else { try await files.delete(file.id) }
                }
                #expect(error?.code == .apiError)
                #expect(error?.serviceCode == "FileNotFound")
            }
            #expect(try await files.upload(source).objectKey != file.objectKey)
        }
    }

    @Test("The client renews the URL of a file that is about to expire")
    func renewedURL() async throws {
        try await TestGateway.run { gateway in
            let files = gateway.client.files
            let file = try await files.upload(.bytes(Array("hello".utf8), filename: "a.txt"))
            let lifetime = try #require(file.expiresAt).timeIntervalSince(file.createdAt)
            gateway.date.advance(by: .seconds(lifetime - 60))
            let fresh = try await files.renewed(file)
            #expect(fresh.objectKey == file.objectKey)
            #expect(fresh.url != file.url)
            gateway.date.advance(by: .seconds(120))
            #expect(try await files.read(fresh.url) == Array("hello".utf8))
            await #expect(throws: SpeedPixError.self) { try await files.read(file.url) }
        }
    }
}
