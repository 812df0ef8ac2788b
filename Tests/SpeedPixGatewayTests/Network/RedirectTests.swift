import HTTPTypes
import SpeedPix
import SpeedPixTestSupport
import Testing

@Suite("Redirects through a proxy", .timeLimit(.minutes(1)))
struct RedirectTests {
    private func settings(_ proxy: TestRelay, exceptions: String) throws -> NetworkSettings {
        var settings = NetworkSettings()
        settings.proxies = ProxySettings(
            try Proxy("http://127.0.0.1:\(proxy.port)"), exceptions: ProxyExceptions(exceptions))
        return settings
    }

    private func get(
        _ url: String, _ settings: NetworkSettings, follows: Bool = true
    ) async throws -> (status: Int, text: String) {
        let response = try await RoutedHTTPTransport(settings).send(
            TransportRequest(method: .get, url: url, timeout: .seconds(10), followsRedirects: follows))
        var bytes: [UInt8] = []
        for try await chunk in response.body { bytes += chunk.readableBytesView }
        return (response.status.code, String(decoding: bytes, as: UTF8.self))
    }

    @Test("A redirect to a host that is an exception is followed directly")
    func eachHopIsDecidedOn() async throws {
        try await TestRelay.withRunning(.answers { _, _ in .init(200, [:], Array("the file".utf8)) }) { store in
            let target = "http://localhost:\(store.port)/file?signed=1"
            try await TestRelay.withRunning(.answers { _, _ in .init(302, [.location: target]) }) { front in
                try await TestRelay.withRunning(.proxy()) { proxy in
                    let settings = try settings(proxy, exceptions: "<-loopback>,localhost")
                    let url = "http://127.0.0.1:\(front.port)/a"
                    #expect(try await get(url, settings) == (200, "the file"))
                    #expect(proxy.requests == ["GET \(url)"])
                    #expect(store.requests == ["GET /file?signed=1"])
                    #expect(try await get(url, settings, follows: false).status == 302)
                }
            }
        }
    }

    @Test("A relative redirect is followed on the host that gave it")
    func relative() async throws {
        let answers: @Sendable (String, HTTPFields) -> TestRelay.Answer = { path, _ in
            switch path {
            case "/a/b": .init(307, [.location: "../c?x=1"])
            case "/c?x=1": .init(200, [:], Array("found".utf8))
            default: .init(404)
            }
        }
        try await TestRelay.withRunning(.answers(answers)) { server in
            try await TestRelay.withRunning(.proxy()) { proxy in
                let url = "http://127.0.0.1:\(server.port)/a/b"
                let settings = try settings(proxy, exceptions: "<-loopback>")
                #expect(try await get(url, settings) == (200, "found"))
                #expect(proxy.requests.count == 2)
            }
        }
    }

    @Test("Redirects in a circle, and more than five, are an error", arguments: [1, 100])
    func endless(_ pages: Int) async throws {
        let answers: @Sendable (String, HTTPFields) -> TestRelay.Answer = { path, _ in
            let page = Int(path.dropFirst()) ?? 0
            return .init(302, [.location: "/\((page + 1) % pages)"])
        }
        try await TestRelay.withRunning(.answers(answers)) { server in
            try await TestRelay.withRunning(.proxy()) { proxy in
                let settings = try settings(proxy, exceptions: "<-loopback>")
                let error = await #expect(throws: TransportError.self) {
                    try await get("http://127.0.0.1:\(server.port)/0", settings)
                }
                #expect(error?.message.contains("too many redirects") == true)
                #expect(proxy.requests.count <= 6)
            }
        }
    }
}
