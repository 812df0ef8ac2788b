import Logging
import NIOCore
import SpeedPix
import SpeedPixTestSupport
import Testing

@testable import SpeedPixGateway

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("Small pictures of stored files", .timeLimit(.minutes(1)))
struct ThumbnailsTests {
    /// What goes on at the same time.
    private struct Active: Sendable {
        var now = 0
        var most = 0

        mutating func begin() {
            now += 1
            most = max(most, now)
        }
    }

    private static func key(_ name: String) -> ObjectKey {
        ObjectKey(.results, uniqueName: name, filename: "picture.png")
    }

    private static func store(_ content: String, as name: String, in store: ObjectStore) async throws {
        try await store.store(
            Array(content.utf8), as: key(name),
            FileAttributes(contentType: "image/png", filename: "picture.png", created: Date()))
    }

    /// Runs with files that hold their names.
    private static func run(
        _ names: [String], limit: Int64 = 1 << 20, render: @escaping Thumbnails.Render,
        body: (Thumbnails, ObjectStore) async throws -> Void
    ) async throws {
        let store = try await ObjectStore(directory: nil, uniqueName: { UUID().uuidString })
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        do {
            for name in names { try await Self.store(name, as: name, in: store) }
            try await body(Thumbnails(store: store, limit: limit, logger: logger, render: render), store)
        } catch {
            await store.close()
            throw error
        }
        await store.close()
    }

    /// Makes a picture of a file's content in an instant, and counts.
    private static func counting(_ calls: CountedState<Int>) -> Thumbnails.Render {
        { source in
            calls.withLock { $0 += 1 }
            return Array("small ".utf8) + source.head
        }
    }

    /// Names of the small pictures that are kept.
    private func kept(_ store: ObjectStore) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: store.thumbnailFolder.string)) ?? []
    }

    @Test("Thumbnails: two are made at a time, and one that several ask for is made once")
    func turns() async throws {
        let gate = Gate()
        let active = CountedState(Active()) { $0.most }
        let render: Thumbnails.Render = { source in
            active.withLock { $0.begin() }
            try await gate.hold(String(decoding: source.head, as: UTF8.self))
            active.withLock { $0.now -= 1 }
            return Array("small ".utf8) + source.head
        }
        try await Self.run(["a", "b", "c"], render: render) { thumbnails, store in
            let asked = ["a", "b", "a", "c", "a", "b"]
            let tasks = asked.map { name in Task { try await thumbnails.picture(of: Self.key(name)) } }
            let first = await gate.arrived(2)
            gate.open(first[0])
            let all = await gate.arrived(3)
            gate.open(first[1])
            gate.open(all[2])
            for (name, task) in zip(asked, tasks) {
                let picture = try await task.value
                #expect(String(buffer: picture) == "small \(name)")
            }
            #expect(gate.started.sorted() == ["a", "b", "c"])
            #expect(active.withLock { $0.most } == Thumbnails.atOnce)
            // They are kept.
            let again = try await thumbnails.picture(of: Self.key("a"))
            #expect(String(buffer: again) == "small a")
            #expect(gate.started.count == 3 && kept(store).count == 3)
        }
    }

    @Test("Thumbnails: what was asked for last is made first")
    func newestFirst() async throws {
        let gate = Gate()
        let render: Thumbnails.Render = { source in
            try await gate.hold(String(decoding: source.head, as: UTF8.self))
            return source.head
        }
        try await Self.run(["a", "b", "c", "d", "e"], render: render) { thumbnails, store in
            var tasks: [Task<ByteBuffer, any Error>] = []
            for (index, name) in ["a", "b", "c", "d", "e"].enumerated() {
                tasks.append(Task { try await thumbnails.picture(of: Self.key(name)) })
                await gate.waitForStarts(min(index + 1, Thumbnails.atOnce))
                while await thumbnails.waitingCount < index + 1 - Thumbnails.atOnce { await Task.yield() }
            }
            for (number, name) in ["a", "e", "d", "c", "b"].enumerated() {
                gate.open(name)
                await gate.waitForStarts(min(Thumbnails.atOnce + number + 1, 5))
            }
            for task in tasks { _ = try await task.value }
            #expect(gate.started == ["a", "b", "e", "d", "c"])
        }
    }

    @Test("Thumbnails: a file that cannot be shown is tried once, and again when it is another one")
    func unreadable() async throws {
        let calls = CountedState<Int>(0) { $0 }
        let render: Thumbnails.Render = { _ in
            calls.withLock { $0 += 1 }
            throw ThumbnailRenderer.Failure(reason: "it is broken")
        }
        try await Self.run(["a"], render: render) { thumbnails, store in
            for _ in 0..<3 {
                let refusal = await #expect(throws: Refusal.self) {
                    _ = try await thumbnails.picture(of: Self.key("a"))
                }
                #expect(refusal?.status == .notFound && refusal?.code == "NoThumbnail")
                #expect(refusal?.message.contains("it is broken") == true)
            }
            #expect(calls.withLock { $0 } == 1)
            try await Self.store("another one", as: "a", in: store)
            await #expect(throws: Refusal.self) { _ = try await thumbnails.picture(of: Self.key("a")) }
            #expect(calls.withLock { $0 } == 2)
        }
    }

    @Test("Thumbnails: a failure that may pass is not remembered")
    func passingFailure() async throws {
        struct Passing: Error {}
        let calls = CountedState<Int>(0) { $0 }
        let render: Thumbnails.Render = { _ in
            let call = calls.withLock { calls -> Int in
                calls += 1
                return calls
            }
            guard call > 1 else { throw Passing() }
            return Array("small".utf8)
        }
        try await Self.run(["a"], render: render) { thumbnails, _ in
            await #expect(throws: Passing.self) { _ = try await thumbnails.picture(of: Self.key("a")) }
            let picture = try await thumbnails.picture(of: Self.key("a"))
            #expect(String(buffer: picture) == "small")
        }
    }

    @Test("Thumbnails: there is none of a file that there is not, and it goes with its file")
    func removed() async throws {
        let calls = CountedState<Int>(0) { $0 }
        try await Self.run(["a", "b", "c"], render: Self.counting(calls)) { thumbnails, store in
            for name in ["a", "b", "c"] { _ = try await thumbnails.picture(of: Self.key(name)) }
            #expect(kept(store).count == 3)
            await store.remove(Self.key("a"))
            #expect(kept(store).count == 2)
            let refusal = await #expect(throws: Refusal.self) { _ = try await thumbnails.picture(of: Self.key("a")) }
            #expect(refusal?.status == .notFound && refusal?.code == "NoSuchKey")
            await store.removeFiles(unchangedSince: .distantFuture, except: [Self.key("b")])
            #expect(kept(store).isEmpty)
            // It is made again of what has stayed.
            _ = try await thumbnails.picture(of: Self.key("b"))
            #expect(calls.withLock { $0 } == 4)
        }
    }

    @Test("Thumbnails: a file that is removed while its picture is made leaves none behind")
    func removedMeanwhile() async throws {
        let gate = Gate()
        let render: Thumbnails.Render = { source in
            try await gate.hold("a")
            return source.head
        }
        try await Self.run(["a"], render: render) { thumbnails, store in
            let task = Task { try await thumbnails.picture(of: Self.key("a")) }
            await gate.waitForStarts(1)
            await store.remove(Self.key("a"))
            gate.open("a")
            let picture = try await task.value
            #expect(String(buffer: picture) == "a")
            #expect(kept(store).isEmpty)
        }
    }

    @Test("Thumbnails: a picture that is older than its file is made again")
    func replaced() async throws {
        let calls = CountedState<Int>(0) { $0 }
        try await Self.run(["a"], render: Self.counting(calls)) { thumbnails, store in
            for _ in 0..<2 { _ = try await thumbnails.picture(of: Self.key("a")) }
            #expect(calls.withLock { $0 } == 1)
            let name = try #require(kept(store).first)
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: 1_000_000)],
                ofItemAtPath: store.thumbnailFolder.appending(name).string)
            for _ in 0..<2 { _ = try await thumbnails.picture(of: Self.key("a")) }
            #expect(calls.withLock { $0 } == 2)
        }
    }

    @Test("Thumbnails: of too many the oldest go, and are made again when they are asked for")
    func limit() async throws {
        let calls = CountedState<Int>(0) { $0 }
        let names = (1...6).map { "picture\($0)" }
        // Each takes 14 bytes, so that three are too many.
        try await Self.run(names, limit: 40, render: Self.counting(calls)) { thumbnails, store in
            for name in names {
                _ = try await thumbnails.picture(of: Self.key(name))
                #expect(kept(store).count <= 2)
            }
            #expect(calls.withLock { $0 } == 6)
            for name in names { _ = try await thumbnails.picture(of: Self.key(name)) }
            #expect(calls.withLock { $0 } > 6)
        }
    }

    @Test("Thumbnails: what is being made ends with the gateway")
    func shutdown() async throws {
        let gate = Gate()
        let render: Thumbnails.Render = { source in
            try await gate.hold("a")
            return source.head
        }
        try await Self.run(["a"], render: render) { thumbnails, _ in
            let running = Task { try await thumbnails.run() }
            let asked = Task { _ = try await thumbnails.picture(of: Self.key("a")) }
            await gate.waitForStarts(1)
            running.cancel()
            await #expect(throws: CancellationError.self) { try await asked.value }
            try await running.value
            await #expect(throws: CancellationError.self) { _ = try await thumbnails.picture(of: Self.key("a")) }
        }
    }
}
