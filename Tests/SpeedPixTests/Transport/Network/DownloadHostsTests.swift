import Testing

@testable import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("Hosts that files may be downloaded from")
struct DownloadHostsTests {
    private static let service = "https://service.example"

    private func isRefused(
        _ url: String, by hosts: DownloadHosts = .publicAddresses, endpoint: String = service
    ) -> Bool {
        do {
            _ = try hosts.check(url, endpoint: endpoint)
            return false
        } catch {
            return error.code == .notAllowed
        }
    }

    @Test(
        "DownloadHosts refuses addresses that are not public",
        arguments: [
            "127.0.0.1", "127.9.9.9:8080", "[::1]", "10.0.0.8", "172.31.0.1", "192.168.1.1", "169.254.169.254",
            "100.100.100.200", "0.0.0.0", "[fe80::1]", "[fd00::1]", "[::ffff:127.0.0.1]", "[::ffff:a00:1]",
            "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[2001:db8::1]", "224.0.0.1", "255.255.255.255", "198.18.0.1",
            "localhost", "LOCALHOST.", "a.localhost:80", "user@127.0.0.1",
        ])
    func localAddresses(_ authority: String) throws {
        #expect(isRefused("http://\(authority)/x"))
        #expect(isRefused("https://\(authority)/x"))
    }

    @Test(
        "DownloadHosts accepts public addresses and names",
        arguments: ["8.8.8.8", "[2606:4700::1111]", "[64:ff9b::808:808]", "oss.aliyuncs.com", "store.example:8443"])
    func publicHosts(_ authority: String) throws {
        let allowed = try DownloadHosts.publicAddresses.check("https://\(authority)/x", endpoint: Self.service)
        #expect(try #require(allowed).contains("8.8.8.8"))
        #expect(allowed?.contains("10.0.0.1") == false)
    }

    @Test("DownloadHosts accepts the host and port of the endpoint, by each name of this machine")
    func endpoint() throws {
        for hosts in [DownloadHosts.endpoint, .publicAddresses] {
            for endpoint in ["http://127.0.0.1:8187", "http://localhost:8187/base", "http://[::1]:8187"] {
                for host in ["127.0.0.1", "localhost", "[::1]"] {
                    #expect(try hosts.check("http://\(host):8187/files/a", endpoint: endpoint) == nil)
                    #expect(isRefused("http://\(host):8188/files/a", by: hosts, endpoint: endpoint))
                }
            }
            #expect(try hosts.check("https://service.example:443/x", endpoint: Self.service) == nil)
        }
        #expect(isRefused("https://other.example/x", by: .endpoint))
        #expect(isRefused("https://8.8.8.8/x", by: .endpoint))
    }

    @Test("DownloadHosts accepts what its list names and refuses the rest")
    func list() throws {
        let narrow = try DownloadHosts("endpoint, *.aliyuncs.com 10.0.0.0/8,files.lan:9000")
        #expect(try narrow.check("https://a.oss.aliyuncs.com/x", endpoint: Self.service) == nil)
        #expect(try narrow.check("http://10.1.2.3/x", endpoint: Self.service) == nil)
        #expect(try narrow.check("http://files.lan:9000/x", endpoint: Self.service) == nil)
        #expect(isRefused("http://8.8.8.8/x", by: narrow))
        #expect(isRefused("http://11.0.0.1/x", by: narrow))
        // A name may lead into the block, and nowhere else.
        let rest = try #require(try narrow.check("http://files.lan/x", endpoint: Self.service))
        #expect(rest.contains("10.7.7.7") && !rest.contains("8.8.8.8") && !rest.contains("127.0.0.1"))
        let wide = try DownloadHosts("public,127.0.0.1:9000")
        #expect(try wide.check("http://127.0.0.1:9000/x", endpoint: Self.service) == nil)
        #expect(isRefused("http://127.0.0.1:9001/x", by: wide))
        #expect(try DownloadHosts("*").check("http://169.254.169.254/", endpoint: Self.service) == nil)
    }

    @Test(
        "DownloadHosts refuses a list with a word that is not a host",
        arguments: ["", " , ", "public a/b", "10.0.0.0/33", "[::1"])
    func invalidList(_ list: String) throws {
        let error = #expect(throws: SpeedPixError.self) { try DownloadHosts(list) }
        #expect(error?.code == .configuration)
    }

    @Test(
        "DownloadHosts accepts a named host only if URL finds the same host",
        arguments: [
            "http://good.example\\@8.8.8.8/", "http://8.8.8.8\\@good.example/", "http://a b@good.example/",
            "http://good.example:80#@8.8.8.8/", "http://8.8.8.8?@good.example/", "http://good.example%2f@8.8.8.8/",
        ])
    func ambiguous(_ url: String) throws {
        let hosts = try DownloadHosts("public, good.example")
        guard !isRefused(url, by: hosts), try hosts.check(url, endpoint: Self.service) == nil else { return }
        #expect(URL(string: url)?.host() == "good.example")
    }

    @Test("DownloadHosts lets a name resolve to a proxy's stand-in address and refuses that address in a URL")
    func standInAddresses() throws {
        let allowed = try DownloadHosts.publicAddresses.check("https://oss.example/x", endpoint: Self.service)
        #expect(allowed?.contains("198.18.0.7") == true)
        #expect(isRefused("https://198.18.0.7/x"))
        #expect(allowed?.contains("fe80::1%eth0") == false)
        #expect(allowed?.contains("nonsense") == false)
    }
}
