import HTTPTypes
import Testing

@testable import SpeedPix

@Suite("Headers of a redirected request")
struct RedirectHeaderTests {
    @Test(
        "A redirected request keeps authorization and cookies only on the same host",
        arguments: [
            ("https://b.test/x", false), ("http://a.test/x", false), ("https://a.test:8443/x", false),
            ("https://a.test/y", true), ("HTTPS://A.test/y", true),
        ])
    func headers(_ url: String, _ isKept: Bool) {
        let request = TransportRequest(
            method: .get, url: "https://a.test/x",
            headers: [.authorization: "Basic x", .cookie: "c", .range: "bytes=9-"], timeout: .seconds(1))
        let redirected = Files.redirected(request, to: url)
        #expect(redirected.url == url)
        #expect(redirected.headers[.authorization] == (isKept ? "Basic x" : nil))
        #expect(redirected.headers[.cookie] == (isKept ? "c" : nil))
        #expect(redirected.headers[.range] == "bytes=9-")
    }
}
