import HTTPTypes
import LuaRuntime
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixLua

@Suite("Uploads")
struct UploadCacheTests {
    private func puts(_ transport: StoreTransport) -> [String] {
        transport.store.requests.map { String(decoding: $0.body, as: UTF8.self) }
    }

    @Test func theSameContentIsUploadedOnce() async throws {
        let folder = try ScriptFolder()
        for name in ["a.txt", "b.txt", "sub/c.txt"] { try folder.write("same", to: name) }
        try folder.write("other", to: "d.txt")
        let transport = StoreTransport()
        try await folder.run(
            """
            local many = {} for i = 1, 20 do many[i] = ({ "a.txt", "b.txt", "sub/c.txt" })[i % 3 + 1] end
            speedpix.map(many, function(path) return upload(path) end, { concurrency = 20 })
            upload(speedpix.bytes("same", "e.txt"))
            upload("d.txt")
            """, host: try folder.host(transport: transport))
        #expect(puts(transport).sorted() == ["other", "same"])
    }

    @Test func newContentUnderAnOldNameIsUploaded() async throws {
        let folder = try ScriptFolder()
        let transport = StoreTransport()
        try await folder.run(
            """
            fs.write("a.txt", "one!") upload("a.txt") fs.write("a.txt", "two!") upload("a.txt") upload("a.txt")
            upload("a.txt", { filename = "other.txt" }) upload("a.txt", { content_type = "text/x" })
            """, host: try folder.host(transport: transport))
        #expect(puts(transport) == ["one!", "two!", "two!", "two!"])
    }

    @Test func oneThatGivesUpDoesNotTakeTheOthersWithIt() async throws {
        let folder = try ScriptFolder()
        try folder.write("same", to: "a.txt")
        let gate = Gate()
        let transport = StoreTransport(gate: gate)
        let host = try folder.host(transport: transport)
        let cache = UploadCache(host: host)
        let content = UploadContent.file(try host.files.open("a.txt"))
        let first = Task { try await cache.file(for: content) }
        await gate.waitForArrival()
        let second = Task { try await cache.file(for: content) }
        while await cache.waiters < 2 { await Task.yield() }
        first.cancel()
        while await cache.waiters > 1 { await Task.yield() }
        await gate.open()
        #expect(try await second.value.url == "http://store.test/get")
        await #expect(throws: CancellationError.self) { try await first.value }
        #expect(puts(transport) == ["same"])
    }

    @Test func whenEverybodyGivesUpItEnds() async throws {
        let folder = try ScriptFolder()
        try folder.write("same", to: "a.txt")
        let gate = Gate()
        let transport = StoreTransport(gate: gate)
        let host = try folder.host(transport: transport)
        let cache = UploadCache(host: host)
        let content = UploadContent.file(try host.files.open("a.txt"))
        let only = Task { try await cache.file(for: content) }
        await gate.waitForArrival()
        only.cancel()
        while await cache.waiters > 0 { await Task.yield() }
        await gate.open()
        await #expect(throws: CancellationError.self) { try await only.value }
        // It was not kept: the next one uploads anew.
        #expect(try await cache.file(for: content).url == "http://store.test/get")
    }

    @Test func aFailedOneIsTriedAgain() async throws {
        let folder = try ScriptFolder()
        try folder.write("same", to: "a.txt")
        let transport = StoreTransport(signing: [.refusal("E", "no")])
        let results = try await folder.run(
            "return pcall(upload, 'a.txt'), upload('a.txt').url", host: try folder.host(transport: transport))
        #expect(results == [false, "http://store.test/get"])
    }
}

/// Signs every upload and takes it.
private struct StoreTransport: HTTPTransport {
    let signing: ScriptedTransport
    let store = ScriptedTransport([], then: .text(""))
    /// Holds the transfers back.
    let gate: Gate?

    init(signing replies: [ScriptedReply] = [], gate: Gate? = nil) {
        signing = ScriptedTransport(
            replies,
            then: .ok(["uploadUrl": "http://store.test/put", "accessUrl": "http://store.test/get", "objectKey": "k"]))
        self.gate = gate
    }

    func send(_ request: TransportRequest) async throws -> TransportResponse {
        guard request.method == .put else { return try await signing.send(request) }
        await gate?.wait()
        return try await store.send(request)
    }
}

/// Holds back whoever comes until it is opened.
private actor Gate {
    private var isOpen = false
    private var hasArrival = false
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var watchers: [CheckedContinuation<Void, Never>] = []

    func wait() async {
        hasArrival = true
        for watcher in watchers { watcher.resume() }
        watchers = []
        if !isOpen { await withCheckedContinuation { waiting.append($0) } }
    }

    func waitForArrival() async {
        if !hasArrival { await withCheckedContinuation { watchers.append($0) } }
    }

    func open() {
        isOpen = true
        for continuation in waiting { continuation.resume() }
        waiting = []
    }
}
