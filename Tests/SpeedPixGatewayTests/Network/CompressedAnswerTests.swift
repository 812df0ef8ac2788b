import HTTPTypes
import SpeedPix
import SpeedPixTestSupport
import Synchronization
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Servers that compress without being asked, as company proxies do. The compressed bytes were made with Python's `gzip` and
/// `zlib`.
@Suite("Compressed answers over the network", .timeLimit(.minutes(2)))
struct CompressedAnswerTests {
    /// `{"status":10,"apiInvokeId":"i","data":{"taskId":"t-1","status":"running","progress":0.5,"etaRelative":3}}`
    private static let answers = [
        "gzip":
            "H4sIAAAAAAACAzXLQQqAIBAF0Lv8tYURbeYGbrvBQEOIoaKjm+juSdD2wbtRlbVV0GINOHsXewriDhA8DA5WBt1QruFDnZbBf0Jp"
            + "Mfp4DsolnUXqQDtvBqK8y8Xqu4DW53kBjRPLp2kAAAA=",
        "deflate":
            "eJw1y0EKgCAQBdC7/LWFEW3mBm67wUBDiKGio5vo7knQ9sG7UZW1VdBiDTh7F3sK4g4QPAwOVgbdUK7hQ52WwX9CaTH6eA7KJZ1F"
            + "6kA7bwaivMvF6ruA1ud5AfGFIe4=",
    ]
    /// `0123456789` twenty times, in gzip.
    private static let file = "H4sIAAAAAAACAzMwNDI2MTUzt7A0GNIsAECjKUHIAAAA"
    /// A hundred thousand spaces, as a block of deflate that can be repeated.
    private static let block =
        "7MExAQAAAMKgKuuf0hoeQAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAACvBgAA//8="

    private func bytes(_ base64: String) throws -> [UInt8] {
        Array(try #require(Data(base64Encoded: base64)))
    }

    private func error(_ operation: () async throws -> Void) async throws -> SpeedPixError {
        try #require(await #expect(throws: SpeedPixError.self) { try await operation() })
    }

    /// A client of a server that answers everything with this.
    private func run(
        _ answer: TestRelay.Answer, at host: String = "127.0.0.1", _ network: NetworkSettings = NetworkSettings(),
        body: @Sendable (_ client: SpeedPixClient, _ endpoint: String, _ server: TestRelay) async throws -> Void
    ) async throws {
        try await TestRelay.withRunning(.answers { _, _ in answer }) { server in
            let endpoint = "http://\(host):\(server.port)"
            var configuration = try SpeedPixClient.Configuration(appKey: "k", appSecret: "s", endpoint: endpoint)
            configuration.network = network
            let client = SpeedPixClient(configuration, dependencies: ClientDependencies(clock: ImmediateClock()))
            try await body(client, endpoint, server)
        }
    }

    @Test("A compressed answer of the service is read", arguments: ["gzip", "deflate", "GZIP"])
    func answer(_ coding: String) async throws {
        let text = try #require(Self.answers[coding.lowercased()])
        let body = try bytes(text)
        try await run(.init(200, headers: [.contentEncoding: coding], body: body)) { client, _, _ in
            let prediction = try await client.predictions.get("t-1")
            #expect(prediction.status == .running)
            #expect(prediction.progress.fraction == 0.5)
        }
    }

    @Test("A compressed file is unpacked in a download and in a read")
    func download() async throws {
        let text = String(repeating: "0123456789", count: 20)
        let packed = try bytes(Self.file)
        try await run(.init(200, headers: [.contentEncoding: "gzip", .eTag: "\"v1\""], body: packed)) {
            client, endpoint, _ in
            let read = try await client.files.read("\(endpoint)/a.txt")
            #expect(read == Array(text.utf8))
            let path = FileManager.default.temporaryDirectory.appending(path: "speedpix-\(UUID().uuidString)").path
            defer { try? FileManager.default.removeItem(atPath: path) }
            let size = try await client.files.download("\(endpoint)/a.txt", to: path)
            #expect(size == 200)
            #expect(try Data(contentsOf: URL(filePath: path)) == Data(text.utf8))
        }
    }

    @Test("A compressed file is unpacked through a proxy")
    func throughAProxy() async throws {
        try await TestRelay.withRunning(.socks) { proxy in
            var network = NetworkSettings()
            network.proxies = ProxySettings(
                try Proxy("socks5://127.0.0.1:\(proxy.port)"), exceptions: ProxyExceptions("<-loopback>"))
            let answer = TestRelay.Answer(200, headers: [.contentEncoding: "gzip"], body: try bytes(Self.file))
            try await run(answer, at: "localhost", network) { client, endpoint, server in
                let read = try await client.files.read("\(endpoint)/a.txt")
                #expect(read.count == 200)
                #expect(proxy.requests == ["SOCKS localhost:\(server.port)"])
            }
        }
    }

    @Test("A compressed file without its end is an error that says so")
    func truncated() async throws {
        let cut = Array(try bytes(Self.file).dropLast(9))
        try await run(.init(200, headers: [.contentEncoding: "gzip"], body: cut)) { client, endpoint, server in
            let failure = try await error { _ = try await client.files.read("\(endpoint)/a.txt") }
            #expect(failure.code == .network)
            #expect(
                failure.message.contains("compressed without being asked for, and has no end"), "\(failure.message)")
            #expect(server.requests.count == 4)
        }
    }

    @Test("A compressed answer or file that unpacks beyond its limit is refused")
    func unpackedBeyondTheLimit() async throws {
        let block = try bytes(Self.block)
        // The head of a gzip file (RFC 1952, section 2.3), ten million spaces, an empty block, their checksum and number.
        let head: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
        let tail: [UInt8] = [0x03, 0x00, 0x66, 0x95, 0xC9, 0x9B, 0x80, 0x96, 0x98, 0x00]
        let bomb = head + Array(repeatElement(block, count: 100).joined()) + tail
        try await run(.init(200, headers: [.contentEncoding: "gzip"], body: bomb)) { client, endpoint, _ in
            let answer = try await error { _ = try await client.predictions.get("t-1") }
            #expect(answer.code == .invalidResponse)
            #expect(answer.message == "the answer is larger than 8 MiB")
            let file = try await error { _ = try await client.files.read("\(endpoint)/a", limit: 5 << 20) }
            #expect(file.code == .invalidArgument)
            #expect(file.message == "the file is larger than 5 MiB")
        }
    }

    @Test("Calls and downloads ask for no compression")
    func isNotAskedFor() async throws {
        let asked = Mutex<[String?]>([])
        let answers: @Sendable (String, HTTPFields) -> TestRelay.Answer = { _, headers in
            asked.withLock { $0.append(headers[.acceptEncoding]) }
            return .init(404)
        }
        try await TestRelay.withRunning(.answers(answers)) { server in
            let endpoint = "http://127.0.0.1:\(server.port)"
            let client = SpeedPixClient(
                try SpeedPixClient.Configuration(appKey: "k", appSecret: "s", endpoint: endpoint),
                dependencies: ClientDependencies(clock: ImmediateClock()))
            _ = try? await client.predictions.get("t-1")
            _ = try? await client.files.read("\(endpoint)/a.png")
        }
        #expect(asked.withLock { $0 } == ["identity", "identity"])
    }
}
