import SpeedPix
import Testing

@testable import SpeedPix

@Suite("Proxy URLs")
struct ProxyTests {
    @Test(
        "Proxy reads scheme, host and port and has defaults for them",
        arguments: [
            ("http://proxy.test:3128", "http://proxy.test:3128"), ("proxy.test:3128", "http://proxy.test:3128"),
            ("http://proxy.test", "http://proxy.test:80"), ("proxy.test", "http://proxy.test:80"),
            ("HTTP://Proxy.Test:3128/", "http://proxy.test:3128"), ("http://[fd00::1]:3128", "http://[fd00::1]:3128"),
            ("http://10.0.0.1:8080/ignored?x#y", "http://10.0.0.1:8080"),
            ("socks5://proxy.test", "socks5://proxy.test:1080"), ("socks5h://proxy.test:9", "socks5://proxy.test:9"),
        ])
    func forms(_ text: String, _ shown: String) throws {
        let proxy = try Proxy(text)
        #expect(proxy.description == shown)
        #expect(!proxy.hasCredentials)
        #expect(proxy.authorization == nil)
    }

    @Test(
        "Proxy decodes user name and password for Basic authorization",
        arguments: [
            // base64 of "user:secret", "user:p@ss:w/rd", "dömäne\\user:100%", "user:" and "user:a@b".
            ("http://user:secret@proxy.test:3128", "Basic dXNlcjpzZWNyZXQ="),
            ("http://user:p%40ss:w%2Frd@proxy.test", "Basic dXNlcjpwQHNzOncvcmQ="),
            ("http://d%C3%B6m%C3%A4ne%5Cuser:100%25@proxy.test", "Basic ZMO2bcOkbmVcdXNlcjoxMDAl"),
            ("http://user@proxy.test", "Basic dXNlcjo="), ("user:a@b@proxy.test", "Basic dXNlcjphQGI="),
        ])
    func credentials(_ text: String, _ authorization: String) throws {
        let proxy = try Proxy(text)
        #expect(proxy.host == "proxy.test")
        #expect(proxy.authorization == authorization)
    }

    @Test("Proxy is printed without user name and password")
    func isRedacted() throws {
        let proxy = try Proxy("http://somebody:hunter2pass@proxy.test:3128")
        var dumped = ""
        dump(proxy, to: &dumped)
        for text in ["\(proxy)", String(describing: proxy), "\([proxy])"] {
            #expect(text.contains("proxy.test:3128") && !text.contains("somebody"))
            #expect(!text.contains("hunter2pass"))
        }
        #expect(!dumped.contains("hunter2pass") && !String(reflecting: proxy).contains("hunter2pass"))
        var settings = NetworkSettings()
        settings.proxies = ProxySettings(proxy)
        #expect(!"\(settings)".contains("hunter2pass"))
    }

    @Test(
        "Proxy refuses an invalid URL with the reason and without the password",
        arguments: [
            ("https://proxy.test", "the scheme https: TLS to the proxy itself is not supported"),
            ("socks4://proxy.test", "the scheme \"socks4\", which is not supported"),
            ("ftp://u:hunter2pass@proxy.test", "the scheme \"ftp\", which is not supported"),
            ("socks5://u:hunter2pass@proxy.test", "a user name, which is not supported for SOCKS"),
            ("http://", "names no host and port"), ("http://:3128", "names no host and port"),
            ("http://proxy.test:none", "names no host and port"), ("http://proxy.test:0", "names no host and port"),
            ("http://proxy.test:70000", "names no host and port"), ("http://fd00::1", "names no host and port"),
            ("http://u:hunter2pass@", "names no host and port after the password"),
            (
                "http://u:hunter2pass%@proxy.test",
                "a user name or a password with a % that does not begin an encoded byte"
            ),
            ("http://u:hunter2pass @proxy.test", "a space or a control character"),
        ])
    func mistakes(_ text: String, _ message: String) throws {
        let error = try speedPixError { try Proxy(text, from: "HTTPS_PROXY") }
        #expect(error.code == .configuration)
        #expect(error.message.hasPrefix("HTTPS_PROXY ") && error.message.contains(message), "\(error.message)")
        #expect(error.remedy?.isEmpty == false)
        #expect(!"\(error)".contains("hunter2pass"))
    }
}
