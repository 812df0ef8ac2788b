import GRDB
import SpeedPix
import SpeedPixTestSupport
import Synchronization
import SystemPackage
import Testing
import _NIOFileSystem

@testable import SpeedPixGateway

@Suite("Predictions after a restart of the gateway")
struct LastingPredictionTests {
    @Test("A restarted gateway knows ended predictions and their files")
    func ended() async throws {
        try await LastingFolder.with { folder in
            let ids = Mutex<[String]>([])
            try await folder.run { gateway in
                let picture = try await gateway.client.files.upload(.bytes(Array("bytes".utf8), filename: "a.txt"))
                let good = try await gateway.create(
                    "echo",
                    ["text": "hello", "data": ["whole": 9_007_199_254_740_993], "image": .string(picture.url)])
                let bad = try await gateway.create("echo", ["fail": "on purpose"])
                for id in [good, bad] { _ = try await gateway.ended(id) }
                let canceled = try await gateway.create("echo", ["duration": 3600])
                _ = try await gateway.call(.cancel, ["taskId": .string(canceled)])
                ids.withLock { $0 = [good, bad, canceled] }
            }
            let (good, bad, canceled) = ids.withLock { ($0[0], $0[1], $0[2]) }
            try await folder.run { gateway in
                let done = try await gateway.client.predictions.get(good)
                #expect(done.status == .succeeded && done.output?["text"] == "hello")
                #expect(done.output?["data"] == ["whole": 9_007_199_254_740_993])
                #expect(done.metrics.predictTime == .zero && done.info == ["message": "echoed after 0 s"])
                let bytes = try await gateway.client.files.read(try #require(done.files.first).url)
                #expect(bytes == Array("bytes".utf8))
                let failed = try await gateway.client.predictions.get(bad)
                #expect(failed.status == .failed && failed.error == "on purpose")
                #expect(try await gateway.client.predictions.get(canceled).status == .canceled)
                #expect(try await gateway.call(.result, ["taskId": .string(canceled)]).code == "TaskCanceled")
                // Too late, as ever.
                let late = try await gateway.call(.cancel, ["taskId": .string(good)])
                #expect(late.json["data"]?["status"] == "succeeded")
                #expect(try await gateway.call(.progress, ["taskId": "nope"]).code == "TaskNotFound")
            }
            // No URL is kept: it would have a signature.
            let outputs = try await folder.sql { try String.fetchAll($0, sql: "SELECT outputs FROM prediction") }
            #expect(outputs.allSatisfy { !$0.contains("signature") && !$0.contains("http") })
        }
    }

    /// What a gateway has left that was stopped: the first runs, the others wait.
    private static func leave(_ names: [String], in folder: LastingFolder) async throws -> [String] {
        let first = Gate()
        let ids = Mutex<[String]>([])
        try await folder.run(first) { gateway in
            for name in names {
                let id = try await gateway.create("light", ["name": .string(name)])
                ids.withLock { $0.append(id) }
            }
            await first.waitForStarts(1)
        }
        return ids.withLock { $0 }
    }

    @Test("A restarted gateway runs unfinished predictions in their order before new ones")
    func beganAgain() async throws {
        try await LastingFolder.with { folder in
            let ids = try await Self.leave(["a", "b", "c"], in: folder)
            #expect(try await folder.statuses() == ["waiting", "waiting", "waiting"])
            let second = Gate()
            try await folder.run(second) { gateway in
                await second.waitForStarts(1)
                let last = try await gateway.create("light", ["name": "d"])
                for (count, name) in ["a", "b", "c", "d"].enumerated() {
                    await second.waitForStarts(count + 1)
                    #expect(second.started.last == name)
                    second.open(name)
                }
                for id in ids + [last] { #expect(try await gateway.ended(id).status == .succeeded) }
            }
            #expect(try await folder.statuses() == Array(repeating: "succeeded", count: 4))
        }
    }

    @Test("A restarted gateway without resumesAtStart runs an unfinished prediction when it is asked for")
    func onDemand() async throws {
        try await LastingFolder.with { folder in
            let ids = try await Self.leave(["a", "b", "c"], in: folder)
            let second = Gate()
            try await folder.run(second, { $0.resumesAtStart = false }) { gateway in
                _ = try await gateway.create("light", ["name": "new"])
                await second.waitForStarts(1)
                for id in [ids[2], ids[0]] {
                    #expect(try await gateway.client.predictions.get(id).status == .waiting)
                }
                for (count, name) in ["new", "a", "c"].enumerated() {
                    await second.waitForStarts(count + 1)
                    #expect(second.started.last == name)
                    second.open(name)
                }
                for id in [ids[0], ids[2]] {
                    #expect(try await gateway.ended(id).status == .succeeded)
                }
                // One that nobody has begun again can be canceled.
                let id = ids[1]
                let answer = try await gateway.call(.cancel, ["taskId": .string(id)])
                #expect(answer.json["data"]?["status"] == "canceled")
            }
            #expect(try await folder.statuses() == ["succeeded", "canceled", "succeeded", "succeeded"])
        }
    }

    @Test("A restarted gateway finds the input files of a prediction, and fails it when one is gone")
    func inputFiles() async throws {
        try await LastingFolder.with { folder in
            let ids = Mutex<[String]>([])
            try await folder.run { gateway in
                let kept = try await gateway.client.files.upload(.bytes(Array("kept".utf8), filename: "kept.txt"))
                let gone = try await gateway.client.files.upload(.bytes(Array("gone".utf8), filename: "gone.txt"))
                for url in [kept.url, gone.url] {
                    let id = try await gateway.create("echo", ["image": .string(url), "duration": 20])
                    ids.withLock { $0.append(id) }
                }
                _ = try await gateway.call(.deleteFile, ["objectKey": .string(gone.objectKey)])
            }
            let (kept, gone) = ids.withLock { ($0[0], $0[1]) }
            try await folder.run(Gate(), { $0.resumesAtStart = false }) { gateway in
                gateway.date.advance(by: .seconds(3 * 3600))
                _ = try await gateway.client.predictions.get(kept)
                for _ in 0..<20 {
                    await gateway.clock.waitForSleepers(1)
                    gateway.clock.advance(by: .seconds(1))
                }
                let done = try await gateway.ended(kept)
                let file = try #require(done.files.first)
                #expect(file.filename == "kept.txt")
                #expect(try await gateway.client.files.read(file.url) == Array("kept".utf8))
                let failed = try await gateway.client.predictions.get(gone)
                #expect(failed.status == .failed)
                #expect(failed.error?.contains("cannot be begun again: the input \"image\" is a file") == true)
            }
            #expect(try await folder.statuses() == ["succeeded", "failed"])
        }
    }

    @Test("A create is in the database when it is answered")
    func committed() async throws {
        try await LastingFolder.with { folder in
            let gate = Gate()
            try await folder.run(gate) { gateway in
                let made = try await withThrowingTaskGroup(of: String.self) { group in
                    for number in 0..<20 {
                        group.addTask { try await gateway.create("light", ["name": .string("\(number)")]) }
                    }
                    return try await group.reduce(into: Set()) { $0.insert($1) }
                }
                let found = try await folder.sql { try String.fetchAll($0, sql: "SELECT id FROM prediction") }
                #expect(made.count == 20 && Set(found) == made)
            }
        }
    }

    @Test("A create that cannot be stored is answered with 500 and does not run")
    func notWritten() async throws {
        try await LastingFolder.with { folder in
            let gate = Gate()
            try await folder.run(gate) { gateway in
                let id = try await gateway.create("light", ["name": "a"])
                await gate.waitForStarts(1)
                try await folder.sql { try $0.execute(sql: "ALTER TABLE prediction RENAME TO hidden") }
                let answer = try await gateway.call(
                    .create, ["workflow_id": "light", "alias_id": "main", "inputs": ["name": "b"]])
                #expect(answer.status == 500 && answer.code == "StorageError", "\(answer.text)")
                #expect(answer.message.contains(folder.database.string))
                gate.open("a")
                // It has ended, though that cannot be written down either.
                #expect(try await gateway.ended(id).status == .succeeded)
                try await folder.sql { try $0.execute(sql: "ALTER TABLE hidden RENAME TO prediction") }
                _ = try await gateway.create("light", ["name": "c"])
                await gate.waitForStarts(2)
                #expect(gate.started == ["a", "c"])
            }
            // The end was written down after all.
            #expect(try await folder.statuses() == ["succeeded", "waiting"])
        }
    }

    @Test("A prediction whose result file is damaged is reported as failed")
    func damagedResult() async throws {
        try await LastingFolder.with { folder in
            let id = Mutex("")
            try await folder.run { gateway in
                let file = try await gateway.client.files.upload(.bytes(Array("bytes".utf8), filename: "a.txt"))
                let made = try await gateway.create("echo", ["image": .string(file.url)])
                _ = try await gateway.ended(made)
                id.withLock { $0 = made }
            }
            let name = try #require(try await folder.files(.results).first)
            try FileDescriptor.open(folder.folder.appending("results").appending(name), .writeOnly, options: .truncate)
                .close()
            try await folder.run { gateway in
                let failed = try await gateway.client.predictions.get(id.withLock { $0 })
                #expect(failed.status == .failed && failed.error?.contains("0 of 5 bytes") == true)
            }
        }
    }
}
