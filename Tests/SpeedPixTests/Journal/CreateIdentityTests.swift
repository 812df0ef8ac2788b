import SpeedPix
import SpeedPixTestSupport
import Synchronization
import Testing

/// A journal that notes what it is asked about.
private final class NotingJournal: ForwardingJournal {
    let journal: any PredictionJournal = MemoryJournal()
    private let creates = Mutex<[JournaledCreate]>([])

    var identities: [CreateIdentity?] { creates.withLock { $0.map(\.identity) } }
    var identifiesCreates: Bool { true }

    func claim(_ create: JournaledCreate) async throws -> JournalClaim {
        creates.withLock { $0.append(create) }
        return try await journal.claim(create)
    }
}

@Suite("The identity of a create")
struct CreateIdentityTests {
    private static let taken = ScriptedReply.ok(["taskId": "t-1"])

    /// The identity of a create, and what else there is to know of it.
    private func identity(
        _ input: [String: InputValue], _ options: CreateOptions = CreateOptions(), workflow: String = "wf-1"
    ) async throws -> CreateIdentity {
        let journal = NotingJournal()
        let service = try ScriptedService(then: Self.uploading, journal: journal)
        _ = try await service.predictions.create(workflow, input: input, options: options)
        return try #require(journal.identities.last ?? nil)
    }

    /// Takes creates and uploads; each upload gets a URL of its own.
    private static let uploading = ScriptedReply.choosing { request in
        if request.path.contains("upload_sign") {
            return .ok([
                "uploadUrl": "https://store.test/put", "accessUrl": "https://store.test/get", "objectKey": "key-1",
            ])
        }
        return request.method == .put ? .text("") : taken
    }

    @Test("The identity of a create does not depend on order, label, pool and position")
    func sameIdentity() async throws {
        let first = try await identity(["a": 1, "b": "x"])
        var options = CreateOptions(aliasID: "main", resourceConfigIDs: ["pool"], label: "A-1")
        options.position = CreatePosition(rawValue: "map 2/item 17/create 1")
        let second = try await identity(["b": "x", "a": 1], options)
        #expect(first == second)
        // 64 hexadecimal digits.
        #expect(first.digest.count == 64 && first.inputs.keys.sorted() == ["a", "b"])
    }

    @Test("The identity of a create depends on workflow, version, flags and each input")
    func differentIdentity() async throws {
        let plain = try await identity(["a": 1])
        let others = [
            try await identity(["a": 2]), try await identity(["a": "1"]), try await identity(["a": 1, "b": nil]),
            try await identity(["a": 1], workflow: "wf-2"),
            try await identity(["a": 1], CreateOptions(aliasID: "other")),
            try await identity(["a": 1], CreateOptions(versionID: "v1")),
            try await identity(["a": 1], CreateOptions(randomizeSeeds: true)),
            try await identity(["a": 1], CreateOptions(returnTempFiles: false)),
        ]
        #expect(Set(others.map(\.digest) + [plain.digest]).count == others.count + 1)
    }

    @Test("Two identities name the inputs that differ")
    func differences() async throws {
        let first = try await identity(["prompt": "a lake", "seed": 1])
        let second = try await identity(["prompt": "a sea", "seed": 1, "width": 64])
        #expect(first.differences(from: second) == ["prompt", "width"])
    }

    @Test("The identity of a file is its content, not its name")
    func files() async throws {
        try await withTemporaryFolder { folder in
            let one = try folder.write("a.png", Array("one".utf8))
            let same = try folder.write("b.png", Array("one".utf8))
            let other = try folder.write("c.png", Array("two".utf8))
            let a = try await identity(["image": .path(one)])
            #expect(try await identity(["image": .path(same)]) == a)
            #expect(try await identity(["image": .path(other)]) != a)
            #expect(try await identity(["image": .bytes(Array("one".utf8), filename: "x")]) == a)
            #expect(try await identity(["image": [.path(one)]]) != a)
        }
    }

    @Test("The identity of an output file is its prediction and place, not its signature")
    func outputs() async throws {
        let journal = NotingJournal()
        let result = ScriptedReply.ok([
            "taskId": "t-1", "status": "succeeded",
            "result": ["images": ["https://cdn.test/a.png?sign=1", "https://cdn.test/b.png?sign=1"]],
        ])
        let service = try ScriptedService(
            .progress("succeeded"), result, then: Self.taken, journal: journal)
        try await service.wait()
        for url in [
            "https://cdn.test/a.png?sign=1", "https://cdn.test/a.png?sign=2", "https://cdn.test/b.png?sign=1",
            "https://cdn.test/c.png",
        ] {
            _ = try await service.create(["image": .url(url)])
        }
        let digests = journal.identities.compactMap { $0?.digest }
        #expect(digests.count == 4 && digests[0] == digests[1] && Set(digests).count == 3)
    }

    @Test("A create with a stream has no identity")
    func streams() async throws {
        let journal = NotingJournal()
        let service = try ScriptedService(then: Self.uploading, journal: journal)
        let stream = UploadStream(AsyncStream<[UInt8]> { $0.finish() })
        _ = try? await service.create(["image": .file(.stream(stream, filename: "a"))])
        #expect(journal.identities.count == 1 && journal.identities[0] == nil)
    }
}
