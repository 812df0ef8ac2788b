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
        "An upload whose signed URL has expired is signed anew and sent once more",
        arguments: [
            ("AccessDenied", "Request has expired."), ("RequestTimeTooSkewed", "The difference is too large."),
            ("SecurityTokenExpired", "The token has expired"),
        ])
    func expiredURL(code: String, message: String) async throws {
        let service = try ScriptedService(
            UploadTests.signed(), .text(Self.xml(code, message), status: 403), UploadTests.signed(2), UploadTests.stored
        )
        let file = try await service.files.create(UploadTests.source)
        #expect(file.url == "https://store.test/get/2")
        #expect(service.requests.map(\.method) == [.post, .put, .post, .put])
        #expect(service.requests.last?.body == Array("hello".utf8))
    }

    @Test("A store that finds every URL expired is asked twice and no more")
    func alwaysExpired() async throws {
        let refusal = ScriptedReply.text(Self.xml("AccessDenied", "Request has expired."), status: 403)
        let service = try ScriptedService(UploadTests.signed(), refusal, UploadTests.signed(2), refusal)
        let error = try await speedPixError { try await service.files.create(UploadTests.source) }
        #expect(error.serviceCode == "AccessDenied")
        #expect(service.requests.count == 4)
    }

    @Test("Another refusal keeps code, message and request id, and is not sent again")
    func otherRefusals() async throws {
        let service = try ScriptedService(
            UploadTests.signed(), .text(Self.xml("SignatureDoesNotMatch", "a &lt;b&gt; &amp; c"), status: 403))
        let error = try await speedPixError { try await service.files.create(UploadTests.source) }
        #expect(error.code == .apiError)
        #expect(error.serviceCode == "SignatureDoesNotMatch")
        #expect(error.message.contains("a <b> & c"))
        #expect(error.requestID == "68A1F2")
        #expect(service.requests.count == 2)
    }

    @Test("A refused download keeps code, message and request id, too")
    func refusedDownload() async throws {
        let service = try ScriptedService(.text(Self.xml("NoSuchKey", "The object does not exist."), status: 404))
        let error = try await speedPixError { try await service.files.read("https://store.test/a.png") }
        #expect(error.serviceCode == "NoSuchKey")
        #expect(error.message.contains("The object does not exist."))
        #expect(error.requestID == "68A1F2")
    }

    @Test(
        "What is no XML of a store says nothing",
        arguments: ["", "<html>blocked</html>", "<Error><Code></Code>", "<Error><Code>", "{\"Code\": 1}"])
    func noXML(body: String) {
        let refusal = StoreRefusal(Array(body.utf8))
        #expect(refusal.code == nil && refusal.message == nil && !refusal.isExpired)
    }
}

@Suite("URLs of files")
struct FileURLTests {
    @Test(
        "Only bytes that no URL may have are encoded",
        arguments: [
            ("https://cdn.test/a.png", "https://cdn.test/a.png"),
            ("https://cdn.test/my picture 1.png?x=a b", "https://cdn.test/my%20picture%201.png?x=a%20b"),
            ("https://cdn.test/图片/鞋.png", "https://cdn.test/%E5%9B%BE%E7%89%87/%E9%9E%8B.png"),
            ("https://cdn.test/a%20b%2Fc 1.png", "https://cdn.test/a%20b%2Fc%201.png"),
            ("http://cdn.test/a.png?sig=x+y/z==", "http://cdn.test/a.png?sig=x+y/z=="),
        ])
    func encoded(text: String, url: String) {
        #expect(FileOutput(.string(text))?.url == url)
        #expect(FileOutput(["url": .string(text)])?.url == url)
    }

    @Test(
        "Text that begins like a URL is text",
        arguments: [
            "https://example.com is where it is sold", "https://a.test/b.png is a picture", "http://", "ftp://x/a.png",
            "https://a.test/b\n.png", "see https://a.test/b.png",
        ])
    func texts(text: String) {
        #expect(FileOutput(.string(text)) == nil || text == "http://")
    }

    @Test("A URL that the service calls one may have blanks and no extension")
    func named() {
        #expect(FileOutput(["url": "https://cdn.test/one two"])?.url == "https://cdn.test/one%20two")
        #expect(FileOutput("https://cdn.test/one two") == nil)
    }
}
