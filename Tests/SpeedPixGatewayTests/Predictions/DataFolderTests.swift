import GRDB
import SpeedPix
import SpeedPixTestSupport
import Synchronization
import SystemPackage
import Testing
import _NIOFileSystem

@testable import SpeedPixGateway

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("The data folder of the gateway")
struct DataFolderTests {
    @Test("The data folder is private and has no database before the first prediction")
    func mode() async throws {
        try await LastingFolder.with { folder in
            try await folder.run { gateway in
                #expect(try await FileSystem.shared.info(forFileAt: folder.database) == nil)
                _ = try await gateway.ended(gateway.create("echo"))
                #expect(
                    try await FileSystem.shared.info(forFileAt: folder.database)?.permissions
                        == [.ownerRead, .ownerWrite])
            }
            #expect(
                try await FileSystem.shared.info(forFileAt: folder.folder)?.permissions == .ownerReadWriteExecute)
        }
    }

    @Test("The data folder of a running gateway is refused to a second one, which may go on without")
    func locked() async throws {
        try await LastingFolder.with { folder in
            try await folder.run { gateway in
                let error = await #expect(throws: SpeedPixError.self) { try await folder.run { _ in } }
                #expect(error?.code == .configuration)
                let number = ProcessInfo.processInfo.processIdentifier
                #expect(error?.message.contains("another gateway has it (process \(number))") == true)
                #expect(error?.remedy?.contains("wait for the other one to end") == true)
                #expect(gateway.refusal == nil)
                try await folder.run(Gate(), { $0.fallsBackToTemporary = true }) { other in
                    #expect(other.refusal == "another gateway has it (process \(number))")
                    let id = try await other.create("echo", ["text": "other"])
                    #expect(try await other.ended(id).status == .succeeded)
                    #expect(try await gateway.call(.progress, ["taskId": .string(id)]).code == "TaskNotFound")
                }
                // What the other one swept at its end was its own.
                #expect(try await gateway.ended(gateway.create("echo")).status == .succeeded)
            }
            try await folder.run { _ in }
        }
    }

    @Test("The data folder's address counts only while a gateway has it, and the next one takes it away")
    func staleEndpoint() async throws {
        try await LastingFolder.with { folder in
            let access = GatewayAccess(directory: folder.directory.string)
            try await folder.run { gateway in
                #expect(!access.isRunning)
                try access.write(endpoint: gateway.endpoint)
                #expect(access.isRunning)
            }
            // As a kill leaves it.
            #expect(FileManager.default.fileExists(atPath: access.endpointFile))
            #expect(!access.isRunning)
            try await folder.run { _ in
                #expect(!FileManager.default.fileExists(atPath: access.endpointFile))
                #expect(!access.isRunning)
            }
        }
    }

    @Test("The data folder is refused when its database cannot be opened")
    func unusable() async throws {
        try await LastingFolder.with { folder in
            try await folder.run { _ in }
            try FileManager.default.createDirectory(
                atPath: folder.database.string, withIntermediateDirectories: false)
            let error = await #expect(throws: SpeedPixError.self) { try await folder.run { _ in } }
            #expect(error?.message.contains("Is a directory") == true)
            #expect(error?.remedy?.contains("other one") == false)
            try await folder.run(Gate(), { $0.fallsBackToTemporary = true }) { gateway in
                #expect(gateway.refusal?.contains("Is a directory") == true)
                let id = try await gateway.create("echo")
                #expect(try await gateway.ended(id).status == .succeeded)
            }
        }
    }

    @Test("A database that is damaged is refused by its path and not changed")
    func damaged() async throws {
        try await LastingFolder.with { folder in
            try await folder.run { _ in }
            let garbage = Data(repeating: 7, count: 5000)
            try garbage.write(to: URL(filePath: folder.database.string))
            let error = await #expect(throws: SpeedPixError.self) { try await folder.run { _ in } }
            #expect(error?.code == .configuration)
            #expect(error?.message.contains("\(folder.database): it is damaged") == true)
            #expect(error?.remedy?.contains("--local=fresh") == true)
            await #expect(throws: SpeedPixError.self) {
                try await folder.run(Gate(), { $0.fallsBackToTemporary = true }) { _ in }
            }
            #expect(try Data(contentsOf: URL(filePath: folder.database.string)) == garbage)
        }
    }

    @Test("A database of a newer version is refused")
    func newer() async throws {
        try await LastingFolder.with { folder in
            try await folder.run { _ = try await $0.ended($0.create("echo")) }
            try await folder.sql {
                try $0.execute(sql: "INSERT INTO grdb_migrations (identifier) VALUES ('predictions 99')")
            }
            let error = await #expect(throws: SpeedPixError.self) { try await folder.run { _ in } }
            #expect(error?.message.contains("a newer speedpix has written it") == true)
        }
    }

    @Test(
        "A prediction whose row is invalid is answered with 500, and others are not affected",
        arguments: [
            "outputs = 'nonsense'", "outputs = '{\"a\": {\"file\": {\"key\": \"../../etc/passwd\"}}}'",
            "outputs = 7", "status = 'odd'", "status = 'waiting'", "ended = 'soon'", "info = '{'",
        ])
    func invalidRow(change: String) async throws {
        try await LastingFolder.with { folder in
            let ids = Mutex<[String]>([])
            try await folder.run { gateway in
                for _ in 0..<2 {
                    let id = try await gateway.create("echo", ["text": "a"])
                    _ = try await gateway.ended(id)
                    ids.withLock { $0.append(id) }
                }
            }
            try await folder.sql { try $0.execute(sql: "UPDATE prediction SET \(change) WHERE number = 1") }
            try await folder.run { gateway in
                let (odd, good) = ids.withLock { ($0[0], $0[1]) }
                let answer = try await gateway.call(.progress, ["taskId": .string(odd)])
                #expect(answer.status == 500 && answer.message.contains("makes no sense"), "\(answer.text)")
                #expect(try await gateway.ended(good).status == .succeeded)
                #expect(try await gateway.ended(gateway.create("echo")).status == .succeeded)
            }
        }
    }
}

@Suite("Removal of old predictions")
struct PredictionSweepTests {
    /// Files have the machine's date and not the test's.
    private static func advance(_ gateway: TestGateway, days: Double) {
        let now = Date().timeIntervalSince(gateway.date.now)
        gateway.date.advance(by: .seconds(now + days * 24 * 3600))
    }

    private static let week: @Sendable (inout GatewayConfiguration) -> Void = {
        $0.retention = .seconds(7 * 24 * 3600)
        $0.sweepInterval = .seconds(24 * 3600)
    }

    @Test("Predictions that ended a week ago are removed with their files, and others keep theirs")
    func removedAfterAWeek() async throws {
        try await LastingFolder.with { folder in
            let ids = Mutex<[String]>([])
            try await folder.run(Gate(), Self.week) { gateway in
                let file = try await gateway.client.files.upload(.bytes(Array("bytes".utf8), filename: "a.txt"))
                let ended = try await gateway.create("echo", ["image": .string(file.url)])
                let result = try #require(try await gateway.ended(ended).files.first)
                _ = try await gateway.client.files.upload(.bytes(Array("unused".utf8), filename: "b.txt"))
                let held = try await gateway.create("echo", ["image": .string(file.url), "duration": 20])
                let chained = try await gateway.create("echo", ["image": .string(result.url), "duration": 20])
                ids.withLock { $0 = [ended, held, chained] }
            }
            #expect(try await folder.files(.uploads).count == 2)
            try await folder.run(Gate(), Self.week) { gateway in
                await gateway.clock.waitForSleepers(1)
                Self.advance(gateway, days: 8)
                _ = try await gateway.create("echo")
                let (ended, held) = ids.withLock { ($0[0], $0[1]) }
                #expect(try await gateway.call(.progress, ["taskId": .string(ended)]).code == "TaskNotFound")
                #expect(try await gateway.client.predictions.get(held).status == .running)
            }
            #expect(try await folder.statuses() == ["waiting", "waiting", "waiting"])
            // The upload of the one, the result of another one for the other.
            #expect(try await folder.files(.uploads).count == 1)
            #expect(try await folder.files(.results).count == 1)
        }
    }

    @Test(
        "Where predictions are not kept, files of published workflows and of unfinished predictions stay all the same")
    func neededInMemory() async throws {
        try await LastingFolder.with { folder in
            try await folder.run(
                Gate(),
                {
                    $0.keepsPredictions = false
                    $0.comfyUI = GraphBackend()
                }
            ) { gateway in
                let admin = try TestAdmin(gateway, folder)
                let stored = try await admin.send(.put, "files?filename=photo.png", .bytes([1, 2, 3]))
                let own = try #require(stored.json["data"]?["key"]?.stringValue, "\(stored.text)")
                let file: JSONValue = [
                    "node": "1", "field": "image", "filename": "photo.png", "key": .string(own),
                    "mime_type": "image/png",
                ]
                let inputs = JSONValue.array(PublishingFixture.inputs.dropFirst().map { .string($0) })
                let published = try await admin.call(
                    .post, "workflows", TestAdmin.publication(["inputs": inputs, "files": [file]]))
                #expect(published.code == nil, "\(published.text)")
                let input = try await gateway.client.files.upload(.bytes(Array("input".utf8), filename: "a.txt"))
                _ = try await gateway.create("echo", ["image": .string(input.url), "duration": 20])
                _ = try await gateway.client.files.upload(.bytes(Array("unused".utf8), filename: "b.txt"))
                #expect(try await folder.files(.uploads).count == 3)
                Self.advance(gateway, days: 3)
                _ = try await gateway.create("echo")
                let left = try await folder.files(.uploads).map { "uploads/\($0)" }
                #expect(Set(left) == [own, input.objectKey])
            }
        }
    }

    @Test("A prediction that nobody asks for fails after a week and is removed a week later")
    func abandoned() async throws {
        try await LastingFolder.with { folder in
            let id = Mutex("")
            try await folder.run(Gate(), Self.week) { gateway in
                let file = try await gateway.client.files.upload(.bytes(Array("bytes".utf8), filename: "a.txt"))
                let held = try await gateway.create("echo", ["image": .string(file.url), "duration": 20])
                id.withLock { $0 = held }
            }
            for (days, isKnown) in [(8.0, true), (16, false)] {
                try await folder.run(
                    Gate(),
                    {
                        Self.week(&$0)
                        $0.resumesAtStart = false
                    }
                ) { gateway in
                    Self.advance(gateway, days: days)
                    _ = try await gateway.ended(gateway.create("echo"))
                    let answer = try await gateway.call(.result, ["taskId": .string(id.withLock { $0 })])
                    if isKnown {
                        let reason = answer.json["data"]?["message"]?.stringValue
                        #expect(reason?.contains("nobody has asked for it since") == true, "\(answer.text)")
                    } else {
                        #expect(answer.code == "TaskNotFound")
                    }
                }
            }
            #expect(try await folder.files(.uploads) == [])
        }
    }

    @Test("The gateway removes old predictions once a day, however often it starts")
    func onceADay() async throws {
        try await LastingFolder.with { folder in
            let change: (inout GatewayConfiguration) -> Void = {
                Self.week(&$0)
                $0.retention = .seconds(60)
            }
            try await folder.run(Gate(), change) { _ = try await $0.ended($0.create("echo")) }
            for (hours, count) in [(2, 2), (23, 3), (25, 1)] {
                try await folder.run(Gate(), change) { gateway in
                    gateway.date.advance(by: .seconds(hours * 3600))
                    _ = try await gateway.ended(gateway.create("echo"))
                }
                #expect(try await folder.statuses().count == count)
            }
        }
    }

    @Test("The oldest predictions are removed when there are too many")
    func tooMany() async throws {
        try await LastingFolder.with { folder in
            let ids = Mutex<[String]>([])
            try await folder.run { gateway in
                for _ in 0..<4 {
                    let id = try await gateway.create("echo")
                    _ = try await gateway.ended(id)
                    ids.withLock { $0.append(id) }
                }
            }
            try await folder.run(Gate(), { $0.maximumFinished = 2 }) { gateway in
                gateway.date.advance(by: .seconds(2 * 3600))
                _ = try await gateway.create("echo")
                let codes = Mutex<[Bool]>([])
                for id in ids.withLock({ $0 }) {
                    let answer = try await gateway.call(.progress, ["taskId": .string(id)])
                    codes.withLock { $0.append(answer.code == nil) }
                }
                #expect(codes.withLock { $0 } == [false, false, true, true])
            }
        }
    }
}
