import SpeedPix
import SpeedPixJournal
import SpeedPixTestSupport
import Synchronization
import Testing

/// A client over a journal on disk: what an engineer's own program does with it.
@Suite("A client with the journal of a resumed run")
struct ResumedClientTests {
    /// A service that takes every create, and counts them.
    private final class Service: Sendable {
        private let creates = Mutex(0)

        var count: Int { creates.withLock { $0 } }

        var transport: ScriptedTransport {
            ScriptedTransport(
                [],
                then: .choosing { request in
                    let id = request.json["taskId"]?.stringValue
                    guard let id else {
                        let number = self.creates.withLock { creates in
                            creates += 1
                            return creates
                        }
                        return .ok(["taskId": .string("p-\(number)"), "status": "waiting"])
                    }
                    return .ok([
                        "taskId": .string(id), "status": "succeeded",
                        "result": ["image": .string("https://cdn.test/\(id).png?sign=\(request.headers.count)")],
                    ])
                })
        }
    }

    private func client(_ service: Service, _ journal: RunJournal) throws -> SpeedPixClient {
        var dependencies = ClientDependencies(transport: service.transport, clock: ImmediateClock())
        dependencies.journal = journal
        return SpeedPixClient(
            try SpeedPixClient.Configuration(appKey: "key", appSecret: "secret", endpoint: "https://service.test"),
            dependencies: dependencies)
    }

    /// Two steps for each item, the second with the first one's picture.
    private func work(_ client: SpeedPixClient, _ items: [Int]) async throws -> [Prediction] {
        try await withThrowingTaskGroup(of: (Int, Prediction).self) { group in
            for item in items {
                group.addTask {
                    var options = RunOptions()
                    options.create.position = CreatePosition(rawValue: "item \(item)/create 1")
                    let first = try await client.predictions.run(
                        "draw", input: ["n": .integer(Int64(item))], options: options)
                    options.create.position = CreatePosition(rawValue: "item \(item)/create 2")
                    let second = try await client.predictions.run(
                        "mask", input: ["image": .output(first.files[0])], options: options)
                    return (item, second)
                }
            }
            var results: [Int: Prediction] = [:]
            for try await (item, prediction) in group { results[item] = prediction }
            return items.compactMap { results[$0] }
        }
    }

    /// A program that does its work and dies: it has no journal any more, and no lock.
    @discardableResult
    private func attempt(
        _ service: Service, journal: RunJournal, items: [Int]
    ) async throws -> [Prediction] {
        let results = try await work(try client(service, journal), items)
        // It has lived long enough for the ends to be written.
        try await journal.flush()
        return results
    }

    @Test("A client whose run is resumed twice makes each of forty creates once")
    func resumed() async throws {
        let folder = JournalFolder()
        let service = Service()
        try await attempt(service, journal: try folder.begin(), items: Array(1...7))
        #expect(service.count == 14)
        try await attempt(service, journal: try folder.resume(), items: Array(1...15))
        #expect(service.count == 30)
        let results = try await attempt(service, journal: try folder.resume(), items: Array((1...20).reversed()))
        #expect(service.count == 40)
        #expect(results.count == 20 && Set(results.map(\.id)).count == 20)
        #expect(results.filter(\.isReused).count == 15)
        #expect(results.allSatisfy { $0.status == .succeeded && $0.files.count == 1 })
    }

    @Test("A client makes no call for work that is recorded")
    func withoutCalls() async throws {
        let folder = JournalFolder()
        let service = Service()
        try await attempt(service, journal: try folder.begin(), items: [1, 2])
        let transport = ScriptedTransport([])
        var dependencies = ClientDependencies(transport: transport, clock: ImmediateClock())
        dependencies.journal = try folder.resume()
        let client = SpeedPixClient(
            try SpeedPixClient.Configuration(appKey: "key", appSecret: "secret", endpoint: "https://service.test"),
            dependencies: dependencies)
        #expect(try await work(client, [1, 2]).count == 2)
        #expect(transport.requests.isEmpty)
    }

    @Test("A client resumes a wait without another create")
    func waiting() async throws {
        let folder = JournalFolder()
        let service = Service()
        do {
            let client = try client(service, try folder.begin())
            _ = try await client.predictions.create("draw", input: ["n": 1])
        }
        let client = try client(service, try folder.resume())
        let again = try await client.predictions.run("draw", input: ["n": 1])
        #expect(service.count == 1 && again.isReused && again.status == .succeeded)
    }

    @Test("A client gets a newly signed URL for a recorded output, to download and as an input")
    func signed() async throws {
        let folder = JournalFolder()
        let service = Service()
        try await attempt(service, journal: try folder.begin(), items: [1])
        let transport = ScriptedTransport(
            [],
            then: .choosing { request in
                if request.method == .get { return .text(request.url.contains("sign=new") ? "a picture" : "no") }
                guard let id = request.json["taskId"]?.stringValue else { return .ok(["taskId": "p-9"]) }
                return .ok([
                    "taskId": .string(id), "status": "succeeded",
                    "result": ["image": .string("https://cdn.test/\(id).png?sign=new")],
                ])
            })
        var dependencies = ClientDependencies(transport: transport, clock: ImmediateClock())
        dependencies.journal = try folder.resume()
        let client = SpeedPixClient(
            try SpeedPixClient.Configuration(appKey: "key", appSecret: "secret", endpoint: "https://service.test"),
            dependencies: dependencies)
        let file = try #require(try await work(client, [1]).first?.files.first)
        #expect(file.url == "https://cdn.test/p-2.png")
        #expect(try await client.files.read(file.url) == Array("a picture".utf8))
        _ = try await client.predictions.create("upscale", input: ["images": [.output(file)]])
        let create = try #require(transport.requests.last?.json["inputs"])
        #expect(create["images"] == ["https://cdn.test/p-2.png?sign=new"])
    }

    @Test("A client gets an embedded output from the service again, without another create")
    func embeddedOutput() async throws {
        let folder = JournalFolder()
        let picture = "data:image/png;base64,AAAA"
        func client(_ journal: RunJournal, _ calls: Calls) throws -> SpeedPixClient {
            let transport = ScriptedTransport(
                [],
                then: .choosing { request in
                    calls.note(request)
                    return .ok([
                        "taskId": "p-1", "status": "succeeded", "result": ["image": .string(picture)],
                    ])
                })
            var dependencies = ClientDependencies(transport: transport, clock: ImmediateClock())
            dependencies.journal = journal
            return SpeedPixClient(
                try SpeedPixClient.Configuration(appKey: "key", appSecret: "secret", endpoint: "https://service.test"),
                dependencies: dependencies)
        }
        let calls = Calls()
        do { _ = try await client(try folder.begin(), calls).run("draw", input: ["n": 1]) }
        let again = try await client(try folder.resume(), calls).run("draw", input: ["n": 1])
        #expect(again.isReused && again.output?["image"] == .string(picture))
        #expect(calls.creates == 1)
    }

    private final class Calls: Sendable {
        private let count = Mutex(0)

        var creates: Int { count.withLock { $0 } }

        func note(_ request: RecordedRequest) {
            if request.json["taskId"] == nil { count.withLock { $0 += 1 } }
        }
    }
}
