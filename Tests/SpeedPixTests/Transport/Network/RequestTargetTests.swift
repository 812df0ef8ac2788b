import Testing

@testable import SpeedPix

@Suite("Targets of URLs")
struct RequestTargetTests {
    @Test(
        "RequestTarget reads scheme, host, port, authority and resource",
        arguments: [
            ("https://Service.Test/scc/a?b=1", "https", "service.test", 443, "Service.Test", "/scc/a?b=1"),
            ("HTTP://a.test:8187", "http", "a.test", 8187, "a.test:8187", "/"),
            ("http://a.test?x=1#part", "http", "a.test", 80, "a.test", "/?x=1"),
            ("https://[::1]:8443/x", "https", "::1", 8443, "[::1]:8443", "/x"),
            ("https://[fd00::2]/x", "https", "fd00::2", 443, "[fd00::2]", "/x"),
            ("https://user:word@a.test/@b", "https", "a.test", 443, "a.test", "/@b"),
            ("http://a.test:/x", "http", "a.test", 80, "a.test:", "/x"),
        ])
    func parts(
        _ url: String, _ scheme: String, _ host: String, _ port: Int, _ authority: String, _ resource: String
    ) throws {
        let target = try #require(RequestTarget(url))
        #expect(target.scheme == scheme)
        #expect(target.host == host)
        #expect(target.port == port)
        #expect(target.authority == authority)
        #expect(target.resource == resource)
    }

    @Test(
        "RequestTarget is nil for anything but an HTTP URL with a host",
        arguments: [
            "", "a.test/x", "ftp://a.test", "http://", "http:///x", "http://a.test:x/", "http://a:b:c/", "https://[::1",
        ])
    func invalidURLs(_ url: String) {
        #expect(RequestTarget(url) == nil)
    }
}
