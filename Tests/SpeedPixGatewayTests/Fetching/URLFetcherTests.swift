import SpeedPix
import SpeedPixTestSupport
import SystemPackage
import Testing

@testable import SpeedPixGateway

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("Fetching of inputs")
struct URLFetcherTests {
    private static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3]

    /// Fetches a URL and returns its type and bytes, or why it was not fetched.
    private func fetch(
        _ url: String, _ script: ScriptedFetch, allowing hosts: [String] = [],
        limits: URLFetcher.Limits = URLFetcher.Limits()
    ) async throws -> (type: String?, filename: String?, bytes: [UInt8], refusal: String?) {
        let policy = try #require(FetchPolicy(allowing: hosts))
        let target = try FetchTarget(url)
        let path = FilePath("/tmp/speedpix-fetch-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(atPath: path.string) }
        do {
            let file = try await URLFetcher(policy, transport: script, limits: limits, clock: ManualClock())
                .fetch(target, to: path)
            return (file.mimeType, file.filename, Array(try Data(contentsOf: URL(filePath: path.string))), nil)
        } catch let refusal as FetchRefusal {
            return (nil, nil, [], refusal.message)
        }
    }

    @Test("A file is fetched from the address that was checked, through redirects that are checked as well")
    func redirects() async throws {
        let script = ScriptedFetch(
            addresses: ["files.example": ["93.184.216.34"], "store.example": ["2606:4700::1"]],
            replies: [
                "http://files.example/a": .redirect(to: "/b"),
                "http://files.example/b": .redirect(to: "https://store.example/d%20e.png?signature=x"),
                "https://store.example/d%20e.png?signature=x": .bytes(Self.png, type: "text/html"),
            ])
        let fetched = try await fetch("http://files.example/a", script)
        #expect(fetched.bytes == Self.png && fetched.type == "image/png" && fetched.filename == "d e.png")
        #expect(
            script.requests.map(\.address) == ["93.184.216.34", "93.184.216.34", "2606:4700::1"])
    }

    @Test(
        "Nothing is sent to an address that is not public, wherever it comes from",
        arguments: [
            ("http://inside.example/", 0), ("http://files.example/to-inside", 1),
            ("http://files.example/to-address", 1),
            ("http://files.example/to-mapped", 1), ("http://files.example/to-file", 1),
            ("http://files.example/to-odd", 1), ("http://files.example/to-itself-then-inside", 1),
        ])
    func forgery(url: String, requests: Int) async throws {
        let script = ScriptedFetch(
            // The name has another address when it is looked up again.
            addresses: [
                "inside.example": ["10.0.0.7"], "files.example": ["93.184.216.34", "127.0.0.1"],
                "mapped.example": ["::ffff:127.0.0.1"],
            ],
            replies: [
                "http://files.example/to-inside": .redirect(to: "http://inside.example/"),
                "http://files.example/to-address": .redirect(to: "http://169.254.169.254/latest"),
                "http://files.example/to-mapped": .redirect(to: "http://mapped.example/"),
                "http://files.example/to-file": .redirect(to: "file:///etc/passwd"),
                "http://files.example/to-odd": .redirect(to: "http://2130706433/"),
                "http://files.example/to-itself-then-inside": .redirect(to: "/inside"),
            ])
        let fetched = try await fetch(url, script)
        #expect(fetched.refusal != nil && fetched.bytes.isEmpty)
        #expect(script.requests.count == requests)
        #expect(script.requests.allSatisfy { $0.address == "93.184.216.34" })
    }

    @Test("A host that is named may be in a private network")
    func named() async throws {
        let script = ScriptedFetch(
            addresses: ["nas.lan": ["192.168.1.9"]],
            replies: ["http://nas.lan/a.txt": .bytes(Array("hello".utf8), type: "Text/Plain; charset=utf-8")])
        let refused = try await fetch("http://nas.lan/a.txt", script)
        #expect(refused.refusal?.contains("nas.lan:80, which is not in the public network") == true)
        #expect(script.requests.isEmpty)
        let fetched = try await fetch("http://nas.lan/a.txt", script, allowing: ["nas.lan"])
        #expect(fetched.bytes == Array("hello".utf8) && fetched.type == "text/plain")
    }

    @Test("What cannot be fetched is told without the query, which may be a signature")
    func failures() async throws {
        let script = ScriptedFetch(
            addresses: ["files.example": ["93.184.216.34"]],
            replies: [
                "http://files.example/gone?signature=x": .status(404),
                "http://files.example/large": .bytes(Array(repeating: 1, count: 11), type: nil),
                "http://files.example/loop": .redirect(to: "/loop"),
            ])
        for (path, reason) in [
            ("gone?signature=x", "http://files.example/gone, which answers with HTTP 404"),
            ("large", "more than 10 bytes"), ("loop", "too many redirects"),
            ("unknown?signature=x", "could not be fetched"),
        ] {
            let fetched = try await fetch(
                "http://files.example/\(path)", script, limits: URLFetcher.Limits(bytes: 10, redirects: 2))
            #expect(fetched.refusal?.contains(reason) == true, "\(fetched)")
            #expect(fetched.refusal?.contains("signature") == false)
        }
        let nowhere = try await fetch("http://nowhere.example/", script)
        #expect(nowhere.refusal?.contains("a name that has no address") == true)
    }

    @Test("More fetches than may run at the same time wait, and all are done")
    func manyAtOnce() async throws {
        let transport = GatedFetch()
        let fetcher = URLFetcher(
            try #require(FetchPolicy()), transport: transport, limits: URLFetcher.Limits(concurrent: 2),
            clock: ManualClock())
        let folder = try TemporaryFolder()
        let fetched = try await withThrowingTaskGroup(of: String.self) { group in
            for index in 0..<7 {
                group.addTask {
                    try await fetcher.fetch(
                        FetchTarget("http://8.8.8.8/\(index)"), to: FilePath("\(folder.path)/\(index)")
                    ).path
                }
            }
            for count in 1...7 {
                transport.gate.open(await transport.gate.arrived(count)[count - 1])
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(fetched.count == 7 && transport.most <= 2)
    }

    @Test("A fetch that waits for others ends when it is cancelled, and takes no room from them")
    func cancelledWhileWaiting() async throws {
        let transport = GatedFetch()
        let fetcher = URLFetcher(
            try #require(FetchPolicy()), transport: transport, limits: URLFetcher.Limits(concurrent: 1),
            clock: ManualClock())
        let folder = try TemporaryFolder()
        func begin(_ name: String) -> Task<String, any Error> {
            Task {
                try await fetcher.fetch(
                    FetchTarget("http://8.8.8.8/\(name)"), to: FilePath("\(folder.path)/\(name)")
                ).path
            }
        }
        let first = begin("first")
        await transport.gate.waitForStarts(1)
        let second = begin("second")
        second.cancel()
        await #expect(throws: CancellationError.self) { try await second.value }
        let third = begin("third")
        transport.gate.open("/first")
        _ = try await first.value
        #expect(await transport.gate.arrived(2) == ["/first", "/third"])
        transport.gate.open("/third")
        _ = try await third.value
    }

    @Test("A prediction gets the file of a URL that its gateway may fetch")
    func prediction() async throws {
        try await TestGateway.run { other in
            let authority = String(other.endpoint.dropFirst("http://".count))
            let configuration = configured { $0.fetching = FetchPolicy(allowing: [authority]) }
            try await TestGateway.run(with: configuration) { gateway in
                let id = try await gateway.create("echo", ["image": .string(other.endpoint + "/health")])
                let done = try await gateway.ended(id)
                let output = try #require(done.files.first)
                let bytes = try await gateway.client.files.read(output.url)
                #expect(String(decoding: bytes, as: UTF8.self) == #"{"status":"ok"}"#)
                let missing = try await gateway.ended(
                    gateway.create("echo", ["image": .string(other.endpoint + "/nowhere")]))
                #expect(missing.status == .failed && missing.error?.contains("answers with HTTP 404") == true)
                let refused = try await gateway.call(
                    .create,
                    [
                        "workflow_id": "echo", "alias_id": "main",
                        "inputs": ["image": "http://169.254.169.254/latest"],
                    ])
                #expect(refused.code == "InvalidParameter" && refused.message.contains("\"image\" is at 169.254"))
            }
        }
    }
}
