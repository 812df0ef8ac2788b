import Testing

@testable import SpeedPix

@Suite("Proxy settings")
struct ProxySettingsTests {
    @Test(
        "ProxyExceptions reads names, ports, addresses and blocks as curl and Go do",
        arguments: [
            ("example.com", "example.com", 443, true), ("example.com", "shop.example.com", 443, true),
            ("example.com", "notexample.com", 443, false), (".example.com", "example.com", 443, true),
            (".example.com", "shop.example.com", 443, true), ("*.example.com", "shop.example.com", 443, true),
            ("EXAMPLE.com", "Shop.Example.COM", 443, true), ("example.com.", "example.com", 443, true),
            ("example.com", "example.com.", 443, true), ("shop.example.com", "example.com", 443, false),
            ("example.com:8443", "example.com", 8443, true), ("example.com:8443", "example.com", 443, false),
            ("*", "anything.test", 80, true), ("a.test, b.test", "b.test", 80, true),
            ("a.test b.test\tc.test", "c.test", 80, true), ("a.test,,b.test,", "c.test", 80, false),
            ("", "a.test", 80, false), (".", "a.test", 80, false),
            ("10.1.2.3", "10.1.2.3", 80, true), ("10.1.2.3", "10.1.2.4", 80, false),
            ("10.1.2.3:80", "10.1.2.3", 80, true), ("10.1.2.3:80", "10.1.2.3", 81, false),
            ("10.0.0.0/8", "10.255.0.1", 80, true), ("10.0.0.0/8", "11.0.0.1", 80, false),
            ("192.168.4.0/22", "192.168.7.255", 80, true), ("192.168.4.0/22", "192.168.8.0", 80, false),
            ("0.0.0.0/0", "8.8.8.8", 80, true), ("0.0.0.0/0", "fd00::1", 80, false),
            ("10.0.0.0/8", "10.example.com", 80, false), ("10.0.0.0/33", "10.0.0.1", 80, false),
            ("fd00::/8", "fdff::1", 80, true), ("fd00::/8", "fe00::1", 80, false),
            ("fd00::1", "fd00:0:0::1", 80, true), ("[fd00::1]", "fd00::1", 80, true),
            ("[fd00::1]:80", "fd00::1", 80, true), ("[fd00::1]:80", "fd00::1", 81, false),
            ("10.0.0.1", "::ffff:10.0.0.1", 80, true), ("2.3", "1.2.3", 80, true),
        ] as [(String, String, Int, Bool)])
    func exceptions(_ list: String, _ host: String, _ port: Int, _ isException: Bool) {
        #expect(ProxyExceptions(list).contains(host: host, port: port) == isException)
    }

    @Test(
        "ProxyExceptions includes this machine unless its list says <-loopback>",
        arguments: ["localhost", "LOCALHOST", "a.localhost", "127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
    func loopback(_ host: String) {
        #expect(ProxyExceptions().contains(host: host, port: 8187))
        #expect(ProxyExceptions("other.test").contains(host: host, port: 8187))
        #expect(!ProxyExceptions("<-loopback>").contains(host: host, port: 8187))
        #expect(ProxyExceptions("<-loopback>,\(host.contains(":") ? "[\(host)]" : host)").contains(host: host, port: 1))
    }

    @Test(
        "ProxyExceptions does not take other hosts for this machine",
        arguments: ["localhost.test", "notlocalhost", "128.0.0.1", "::2"])
    func notLoopback(_ host: String) {
        #expect(!ProxyExceptions().contains(host: host, port: 80))
    }

    @Test(
        "ProxySettings chooses the variable by scheme, lower case first and ALL_PROXY last",
        arguments: [
            ([:], nil, nil),
            (["HTTPS_PROXY": "s.test", "HTTP_PROXY": "p.test"], "http://s.test:80", "http://p.test:80"),
            (["https_proxy": "low.test", "HTTPS_PROXY": "up.test"], "http://low.test:80", nil),
            (["https_proxy": "", "HTTPS_PROXY": "up.test"], "http://up.test:80", nil),
            (["ALL_PROXY": "all.test", "HTTP_PROXY": "p.test"], "http://all.test:80", "http://p.test:80"),
            (
                ["all_proxy": "socks5://low.test", "ALL_PROXY": "up.test"], "socks5://low.test:1080",
                "socks5://low.test:1080"
            ),
            (["HTTPS_PROXY": ""], nil, nil),
        ] as [([String: String], String?, String?)])
    func environment(_ variables: [String: String], _ https: String?, _ http: String?) throws {
        let settings = try ProxySettings(environment: variables)
        #expect(settings.proxy(for: "https://service.test/a")?.description == https)
        #expect(settings.proxy(for: "http://service.test/a")?.description == http)
    }

    @Test("ProxySettings reads NO_PROXY in both spellings and keeps this machine as an exception")
    func exceptionsOfTheEnvironment() throws {
        for name in ["NO_PROXY", "no_proxy"] {
            let settings = try ProxySettings(environment: ["HTTPS_PROXY": "p.test", name: "corp.test,other.test:444"])
            #expect(settings.proxy(for: "https://service.test:443/x")?.host == "p.test")
            #expect(settings.proxy(for: "HTTPS://shop.corp.test/x") == nil)
            #expect(settings.proxy(for: "https://other.test/x")?.host == "p.test")
            #expect(settings.proxy(for: "https://other.test:444/x") == nil)
            #expect(settings.proxy(for: "https://127.0.0.1:8187/x") == nil)
        }
        let both = try ProxySettings(environment: ["ALL_PROXY": "p.test", "no_proxy": "a.test", "NO_PROXY": "b.test"])
        #expect(both.proxy(for: "http://a.test") == nil)
        #expect(both.proxy(for: "http://b.test") != nil)
    }

    @Test("NetworkSettings names the variable of an invalid proxy")
    func mistakes() throws {
        let error = try speedPixError { try NetworkSettings(environment: ["https_proxy": "gopher://x.test"]) }
        #expect(error.code == .configuration)
        #expect(error.message.hasPrefix("https_proxy "))
    }

    @Test("Configuration takes its proxies from the environment")
    func configuration() throws {
        let keys = ["SPEEDPIX_APP_KEY": "k", "SPEEDPIX_APP_SECRET": "s"]
        #expect(try SpeedPixClient.Configuration(environment: keys).network == NetworkSettings())
        let configured = try SpeedPixClient.Configuration(
            environment: keys.merging(["HTTPS_PROXY": "p.test:3128"]) { $1 })
        #expect(configured.network.proxies.https?.description == "http://p.test:3128")
    }
}
