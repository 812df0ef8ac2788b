import HTTPTypes
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import ComfyUI

@Suite("A server's address")
struct ServerAddressTests {
    @Test(
        "A URL: scheme, host, port and prefix",
        arguments: [
            ("http://127.0.0.1:8188", "http://127.0.0.1:8188", 8188, "http://127.0.0.1:8188/api/queue"),
            (" http://gpu2:8188/ ", "http://gpu2:8188", 8188, "http://gpu2:8188/api/queue"),
            ("https://gpu.example", "https://gpu.example", 443, "https://gpu.example/api/queue"),
            (
                "https://gpu.example/comfy/1//", "https://gpu.example/comfy/1", 443,
                "https://gpu.example/comfy/1/api/queue"
            ),
            ("http://[::1]:8188/%C3%A4", "http://[::1]:8188/%C3%A4", 8188, "http://[::1]:8188/%C3%A4/api/queue"),
        ])
    func urls(_ text: String, _ shown: String, _ port: Int, _ url: String) throws {
        let address = try ComfyUIServerAddress(text)
        #expect(address.text == shown)
        #expect("\(address)" == shown)
        #expect(address.port == port)
        #expect(address.isSecure == shown.hasPrefix("https"))
        #expect(address.url("/queue") == url)
    }

    @Test("An IPv6 address: no brackets in the host")
    func addressOfVersion6() throws {
        #expect(try ComfyUIServerAddress("http://[::1]:8188").host == "::1")
    }

    @Test("A query: names and values are encoded")
    func query() throws {
        let address = try ComfyUIServerAddress("http://gpu2:8188/c")
        let url = address.url("/view", query: [("filename", "花 &.png"), ("type", "input")])
        #expect(url == "http://gpu2:8188/c/api/view?filename=%E8%8A%B1%20%26.png&type=input")
    }

    @Test(
        "Texts that are no address",
        arguments: [
            "", "gpu2:8188", "ftp://gpu2", "http://", "http://gpu2:0", "http://gpu2:99999", "http://gpu2/a b",
            "http://gpu2/ä", "http://gpu2/?a=1", "http://gpu2/#workflow", "http://user:secret@gpu2", "http://gpu2\\x",
        ])
    func refused(_ text: String) throws {
        let error = try #require(throws: ComfyUIError.self) { try ComfyUIServerAddress(text) }
        #expect(error.code == .configuration)
        #expect(error.remedy != nil)
        #expect(!error.description.contains("secret"))
    }

    @Test("Headers: their values stand in no description")
    func redaction() throws {
        let address = try ComfyUIServerAddress("http://gpu2", headers: [.authorization: "Bearer hush"])
        var dumped = ""
        dump(address, to: &dumped)
        for text in ["\(address)", String(reflecting: address), dumped] { #expect(!text.contains("hush")) }
        #expect(address.headers[.authorization] == "Bearer hush")
    }

    @Test(
        "Headers that HTTP sets itself are refused",
        arguments: ["Host", "content-length", "Sec-WebSocket-Key", "Upgrade"])
    func reservedHeaders(_ name: String) throws {
        let field = HTTPField(name: try #require(HTTPField.Name(name)), value: "x")
        let error = try #require(throws: ComfyUIError.self) {
            try ComfyUIServerAddress("http://gpu2", headers: HTTPFields([field]))
        }
        #expect(error.code == .configuration)
    }

    @Test("A CA file: read, and refused if it is missing")
    func caFile() async throws {
        try await withTemporaryFolder { folder in
            let path = try folder.write(TestCertificates.company, to: "ca.pem")
            #expect(try !ComfyUIServerAddress("https://gpu2", caFile: path).trust.isDefault)
            let error = try #require(throws: ComfyUIError.self) {
                try ComfyUIServerAddress("https://gpu2", caFile: folder["none.pem"])
            }
            #expect(error.code == .configuration)
            #expect(error.message.contains("none.pem"))
        }
    }
}
