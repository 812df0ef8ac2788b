import SpeedPixTestSupport
import Testing

@testable import SpeedPix

@Suite("Refusals of an object store")
struct StoreRefusalTests {
    private static func xml(_ code: String, _ message: String) -> String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <Error>
          <Code>\(code)</Code>
          <Message>\(message)</Message>
          <RequestId>68A1F2</RequestId>
          <HostId>bucket.oss.test</HostId>
        </Error>
        """
    }

    @Test(
        "An upload whose URL the store finds expired is signed again and repeated",
        arguments: [
            ("AccessDenied", "Request has expired."), ("RequestTimeTooSkewed", "The difference is too large."),
            ("SecurityTokenExpired", "The token has expired"),
        ])
    func expiredURL(code: String, message: String) async throws {
        let service = try ScriptedService(
            UploadTests.signed(), .text(Self.xml(code, message), status: 403), UploadTests.signed(2), UploadTests.stored
        )
        let file = try await service.files.upload(UploadTests.source)
        #expect(file.url == "https://store.test/get/2")
        #expect(service.requests.map(\.method) == [.post, .put, .post, .put])
        #expect(service.requests.last?.body == Array("hello".utf8))
    }

    @Test("An upload whose URL the store finds expired twice fails")
    func alwaysExpired() async throws {
        let refusal = ScriptedReply.text(Self.xml("AccessDenied", "Request has expired."), status: 403)
        let service = try ScriptedService(UploadTests.signed(), refusal, UploadTests.signed(2), refusal)
        let error = try await speedPixError { try await service.files.upload(UploadTests.source) }
        #expect(error.serviceCode == "AccessDenied")
        #expect(service.requests.count == 4)
    }

    @Test("An upload that the store refuses otherwise fails with code, message and request id")
    func otherRefusals() async throws {
        let service = try ScriptedService(
            UploadTests.signed(), .text(Self.xml("SignatureDoesNotMatch", "a &lt;b&gt; &amp; c"), status: 403))
        let error = try await speedPixError { try await service.files.upload(UploadTests.source) }
        #expect(error.code == .apiError)
        #expect(error.serviceCode == "SignatureDoesNotMatch")
        #expect(error.message.contains("a <b> & c"))
        #expect(error.requestID == "68A1F2")
        #expect(service.requests.count == 2)
    }

    @Test("A download that the store refuses fails with code, message and request id")
    func refusedDownload() async throws {
        let service = try ScriptedService(.text(Self.xml("NoSuchKey", "The object does not exist."), status: 404))
        let error = try await speedPixError { try await service.files.read("https://store.test/a.png") }
        #expect(error.serviceCode == "NoSuchKey")
        #expect(error.message.contains("The object does not exist."))
        #expect(error.requestID == "68A1F2")
    }

    @Test(
        "StoreRefusal of a body that is not a store's XML has no code and message",
        arguments: ["", "<html>blocked</html>", "<Error><Code></Code>", "<Error><Code>", "{\"Code\": 1}"])
    func noXML(body: String) {
        let refusal = StoreRefusal(Array(body.utf8))
        #expect(refusal.code == nil && refusal.message == nil && !refusal.isExpired)
    }
}

@Suite("URLs of output files")
struct FileURLTests {
    @Test(
        "FileOutput percent-encodes only the characters that a URL may not have",
        arguments: [
            ("https://cdn.test/a.png", "https://cdn.test/a.png"),
            ("https://cdn.test/my picture 1.png?x=a b", "https://cdn.test/my%20picture%201.png?x=a%20b"),
            ("https://cdn.test/图片/鞋.png", "https://cdn.test/%E5%9B%BE%E7%89%87/%E9%9E%8B.png"),
            ("https://cdn.test/a%20b%2Fc 1.png", "https://cdn.test/a%20b%2Fc%201.png"),
            ("http://cdn.test/a.png?sig=x+y/z==", "http://cdn.test/a.png?sig=x+y/z=="),
        ])
    func encodedURL(text: String, url: String) {
        #expect(FileOutput(.string(text))?.url == url)
        #expect(FileOutput(["url": .string(text)])?.url == url)
    }

    @Test(
        "FileOutput is nil for text that begins like a URL",
        arguments: [
            "https://example.com is where it is sold", "https://a.test/b.png is a picture", "http://", "ftp://x/a.png",
            "https://a.test/b\n.png", "see https://a.test/b.png",
        ])
    func texts(text: String) {
        #expect(FileOutput(.string(text)) == nil || text == "http://")
    }

    @Test("FileOutput of an object accepts a URL with blanks and without an extension")
    func named() {
        #expect(FileOutput(["url": "https://cdn.test/one two"])?.url == "https://cdn.test/one%20two")
        #expect(FileOutput("https://cdn.test/one two") == nil)
    }
}
