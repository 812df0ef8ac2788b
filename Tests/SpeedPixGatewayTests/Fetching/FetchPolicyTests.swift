import Testing

@testable import SpeedPixGateway

@Suite("Which URLs of inputs are fetched")
struct FetchPolicyTests {
    @Test(
        "Addresses of the public network are allowed",
        arguments: [
            "8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0", "192.167.0.1",
            "223.255.255.255", "2606:4700::1", "2a00:1450:4001::200e",
        ])
    func publicAddresses(address: String) {
        #expect(AddressPolicy.isPublic(address))
    }

    @Test(
        "Addresses of this machine, of private networks, links, groups and translations are refused",
        arguments: [
            "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1",
            "127.255.255.254", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.168.1.1", "192.0.0.1",
            "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
            "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:7f00:1", "::127.0.0.1",
            "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::808:808", "2002:7f00:1::", "2002:808:808::1",
            "2001::1", "2001:db8::1", "3fff::1", "fc00::1", "fd12:3456::1", "fe80::1", "fe80::1%lo", "fec0::1",
            "ff02::1",
            "", "localhost", "127.1", "0x7f.0.0.1", "017700000001", "2130706433", "8.8.8", "8.8.8.8 ", "[2606:4700::1]",
        ])
    func otherAddresses(address: String) {
        #expect(!AddressPolicy.isPublic(address))
    }

    @Test(
        "A URL is taken apart as everybody reads it",
        arguments: [
            ("http://Files.Example/a.png", "files.example", 80, "/a.png"),
            ("HTTPS://files.example:8443?x=1#part", "files.example", 8443, "/?x=1"),
            ("https://files.example", "files.example", 443, "/"), ("http://8.8.8.8:1/", "8.8.8.8", 1, "/"),
            ("https://[2606:4700::1]:8443/x", "2606:4700::1", 8443, "/x"),
            ("https://under_score.example/%20", "under_score.example", 443, "/%20"),
        ])
    func plainURLs(text: String, host: String, port: Int, path: String) throws {
        let target = try FetchTarget(text)
        #expect(target.host == host && target.port == port && target.path == path)
        #expect(try FetchTarget(target.url) == target)
    }

    @Test(
        "A URL in an odd spelling is refused",
        arguments: [
            "ftp://files.example/a", "file:///etc/passwd", "gopher://x/", "files.example/a", "http:/files.example",
            "http://", "http:///a", "http://user@files.example/", "http://user:word@files.example/",
            "http://files.example@127.0.0.1/", "http://127.0.0.1\\@files.example/", "http://files.example\\.evil/",
            "http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/", "http://127.0.0.0x1/",
            "http://1.2.3.4.5/", "http://files..example/", "http://files.example./", "http://.example/",
            "http://files.example:/", "http://files.example:0/", "http://files.example:65536/",
            "http://files.example:80:80/", "http://files.example:+80/", "http://files.example:8 0/",
            "http://[::1/", "http://[::ffff:127.0.0.1]/", "http://[127.0.0.1]/", "http://[fe80::1%25lo]/",
            "http://[::1]x/", "http://::1/",
            "http://１２７.0.0.1/", "http://ⓔxample.com/", "http://files.example/ü", "http://files.example/a b",
            "http://files.example/\u{0}", "http://files.example\n.evil/", "http://%31%32%37.0.0.1/",
        ])
    func oddURLs(text: String) {
        #expect(throws: FetchRefusal.self) { try FetchTarget(text) }
    }

    @Test(
        "Hosts that the URL itself shows not to be public are refused before anything is looked up",
        arguments: [
            ("http://127.0.0.1/", false), ("http://localhost/", false), ("http://a.localhost:8187/", false),
            ("http://169.254.169.254/latest/meta-data/", false), ("http://[::1]/", false),
            ("http://8.8.8.8/", true), ("http://files.example/", true),
        ])
    func refusedAtOnce(text: String, isAllowed: Bool) throws {
        let target = try FetchTarget(text)
        let policy = try #require(FetchPolicy())
        do throws(FetchRefusal) {
            try policy.check(target)
            #expect(isAllowed)
        } catch {
            #expect(!isAllowed && error.message.contains("--allow-fetch"))
        }
    }

    @Test("A host that is named is allowed with the ports that were meant, and no other one")
    func named() throws {
        let policy = try #require(FetchPolicy(allowing: ["Files.lan", "10.0.0.7:9000", "[fd00::1]"]))
        for (text, isAllowed) in [
            ("http://files.lan/", true), ("https://files.lan:8443/", true), ("http://a.files.lan/", false),
            ("http://10.0.0.7:9000/", true), ("http://10.0.0.7/", false), ("http://[fd00::1]:1/", true),
            ("http://[fd00::2]/", false),
        ] {
            let target = try FetchTarget(text)
            let isRefused: Bool
            do throws(FetchRefusal) {
                try policy.check("10.0.0.1", of: target)
                isRefused = false
            } catch {
                isRefused = true
            }
            #expect(isRefused != isAllowed, "\(text)")
        }
        for host in ["", "files.lan/", "http://files.lan", "a b", "user@files.lan", "fd00::1", "files.lan:0", "127.1"] {
            #expect(FetchPolicy(allowing: [host]) == nil, "\(host)")
        }
    }
}
