import HTTPTypes
import SpeedPix
import SpeedPixTestSupport
import Testing

@Suite("Redirects of a download", .timeLimit(.minutes(1)))
struct RedirectTests {
    private func settings(_ proxy: TestRelay, exceptions: String) throws -> NetworkSettings {
        var settings = NetworkSettings()
        settings.proxies = ProxySettings(
            try Proxy("http://127.0.0.1:\(proxy.port)"), exceptions: ProxyExceptions(exceptions))
        return settings
    }

    private func get(
        _ url: String, _ settings: NetworkSettings = NetworkSettings(), from hosts: DownloadHosts = .all
    ) async throws -> String {
        var configuration = try SpeedPixClient.Configuration(
            appKey: "key", appSecret: "secret", endpoint: "http://127.0.0.1:9")
        configuration.network = settings
        configuration.downloadHosts = hosts
        configuration.retries.attempts = 1
        return String(decoding: try await SpeedPixClient(configuration).files.read(url), as: UTF8.self)
    }

    @Test("A redirect to a host that is an exception does not use the proxy")
    func eachHopIsDecidedOn() async throws {
        try await TestRelay.withRunning(.answers { _, _ in .init(200, headers: [:], body: Array("the file".utf8)) }) {
            store in
            let target = "http://localhost:\(store.port)/file?signed=1"
            try await TestRelay.withRunning(.answers { _, _ in .init(302, headers: [.location: target]) }) { front in
                try await TestRelay.withRunning(.proxy()) { proxy in
                    let settings = try settings(proxy, exceptions: "<-loopback>,localhost")
                    let url = "http://127.0.0.1:\(front.port)/a"
                    #expect(try await get(url, settings) == "the file")
                    #expect(proxy.requests == ["GET \(url)"])
                    #expect(store.requests == ["GET /file?signed=1"])
                }
            }
        }
    }

    @Test("A relative redirect is followed on the host that gave it")
    func relative() async throws {
        let answers: @Sendable (String, HTTPFields) -> TestRelay.Answer = { path, _ in
            switch path {
            case "/a/b": .init(307, headers: [.location: "../c?x=1"])
            case "/c?x=1": .init(200, headers: [:], body: Array("found".utf8))
            default: .init(404)
            }
        }
        try await TestRelay.withRunning(.answers(answers)) { server in
            try await TestRelay.withRunning(.proxy()) { proxy in
                let url = "http://127.0.0.1:\(server.port)/a/b"
                let settings = try settings(proxy, exceptions: "<-loopback>")
                #expect(try await get(url, settings) == "found")
                #expect(proxy.requests.count == 2)
            }
        }
    }

    @Test("A download ends with an error after five redirects", arguments: [1, 100])
    func endless(_ pages: Int) async throws {
        let answers: @Sendable (String, HTTPFields) -> TestRelay.Answer = { path, _ in
            let page = Int(path.dropFirst()) ?? 0
            return .init(302, headers: [.location: "/\((page + 1) % pages)"])
        }
        try await TestRelay.withRunning(.answers(answers)) { server in
            try await TestRelay.withRunning(.proxy()) { proxy in
                let settings = try settings(proxy, exceptions: "<-loopback>")
                let error = await #expect(throws: SpeedPixError.self) {
                    try await get("http://127.0.0.1:\(server.port)/0", settings)
                }
                #expect(error?.message.contains("too many redirects") == true)
                #expect(proxy.requests.count <= 6)
            }
        }
    }

    @Test("A redirect to a host that is not allowed is refused before it is asked")
    func refusedTarget() async throws {
        try await TestRelay.withRunning(.answers { _, _ in .init(200, headers: [:], body: Array("a secret".utf8)) }) {
            inner in
            for target in ["127.0.0.1", "localhost", "127.1", "2130706433", "0"] {
                let location = "http://\(target):\(inner.port)/x"
                try await TestRelay.withRunning(.answers { _, _ in .init(302, headers: [.location: location]) }) {
                    front in
                    let hosts = try DownloadHosts("public, 127.0.0.1:\(front.port)")
                    let error = await #expect(throws: SpeedPixError.self) {
                        try await get("http://127.0.0.1:\(front.port)/a", from: hosts)
                    }
                    #expect(error?.code == .notAllowed, "\(target): \(String(describing: error))")
                    #expect(front.requests.count == 1)
                }
            }
            #expect(inner.requests.isEmpty)
        }
    }

    @Test(
        "An address is allowed or refused by its value, however the URL spells it",
        arguments: ["127.1", "2130706433", "0x7f.1", "0"])
    func spellingsOfAnAddress(_ host: String) async throws {
        try await TestRelay.withRunning(.answers { _, _ in .init(200, headers: [:], body: Array("a file".utf8)) }) {
            server in
            let url = "http://\(host):\(server.port)/a"
            let error = await #expect(throws: SpeedPixError.self) { try await get(url, from: .publicAddresses) }
            #expect(error?.code == .notAllowed)
            #expect(server.requests.isEmpty)
            let hosts = try DownloadHosts("127.0.0.0/8")
            #expect(try await get(url, from: hosts) == "a file")
        }
    }
}
