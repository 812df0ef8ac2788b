import GRDB
import HTTPTypes
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

@Suite("Secrets of the data folder")
struct LastingSecretTests {
    private static let create: JSONValue = ["workflow_id": "echo", "alias_id": "main", "inputs": ["text": "once"]]

    @Test(
        "A create that is replayed after a restart is refused, and another one with the same nonce of another key is not"
    )
    func replayAfterRestart() async throws {
        try await LastingFolder.with { folder in
            let bytes = try Self.create.encoded()
            let path = Route.create.rawValue
            let sent = Mutex(HTTPFields())
            try await folder.run { gateway in
                let headers = gateway.signed(path, bytes, nonce: "nonce-1")
                let answer = try await gateway.send(.post, path, headers: headers, body: .bytes(bytes))
                #expect(answer.json["status"] == 10, "\(answer.text)")
                sent.withLock { $0 = headers }
            }
            try await folder.run { gateway in
                let headers = sent.withLock { $0 }
                let again = try await gateway.send(.post, path, headers: headers, body: .bytes(bytes))
                #expect(again.status == 400)
                #expect(again.headers[.caErrorMessage] == "Nonce Used")
                let other = gateway.signed(path, bytes, nonce: "nonce-2")
                #expect(try await gateway.send(.post, path, headers: other, body: .bytes(bytes)).status == 200)
            }
            #expect(try await folder.statuses().count == 2)
        }
    }

    @Test("Nonces that have expired are removed from the database with old predictions")
    func expiredNonces() async throws {
        try await LastingFolder.with { folder in
            try await folder.run { gateway in
                _ = try await gateway.ended(gateway.create("echo"))
                gateway.date.advance(by: .seconds(2 * 3600))
                _ = try await gateway.ended(gateway.create("echo"))
            }
            // The create that has removed the first one's has one of its own.
            let count = try await folder.sql { try Int.fetchOne($0, sql: "SELECT count(*) FROM nonce") }
            #expect(count == 1)
        }
    }

    @Test("The URL of a file is good after a restart with another application secret")
    func urlsOutliveTheSecret() async throws {
        try await LastingFolder.with { folder in
            let url = Mutex("")
            try await folder.run { gateway in
                let file = try await gateway.client.files.upload(.bytes(Array("hello".utf8), filename: "a.txt"))
                url.withLock { $0 = String(file.url.dropFirst(gateway.endpoint.count)) }
            }
            try await folder.run(Gate(), { $0.appSecret = Secret("another") }) { gateway in
                let answer = try await gateway.send(.get, url.withLock { $0 })
                #expect(answer.text == "hello")
            }
        }
    }

    @Test("Secrets are made once and only their owner may read them", arguments: ["url-key", "admin-token"])
    func secretFiles(name: String) async throws {
        try await LastingFolder.with { folder in
            let path = folder.folder.appending(name)
            try await folder.run { _ in }
            let made = try Data(contentsOf: URL(filePath: path.string))
            #expect(made.count == 65)
            #expect(try await FileSystem.shared.info(forFileAt: path)?.permissions == [.ownerRead, .ownerWrite])
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path.string)
            try await folder.run { _ in }
            #expect(try Data(contentsOf: URL(filePath: path.string)) == made)
            #expect(try await FileSystem.shared.info(forFileAt: path)?.permissions == [.ownerRead, .ownerWrite])
        }
    }

    @Test("A secret that is damaged is refused by its path and not replaced", arguments: ["", "short\n", "Z"])
    func damagedSecret(content: String) async throws {
        try await LastingFolder.with { folder in
            try await folder.run { _ in }
            let path = folder.folder.appending("url-key").string
            try Data(content.utf8).write(to: URL(filePath: path))
            let error = await #expect(throws: SpeedPixError.self) { try await folder.run { _ in } }
            #expect(error?.code == .configuration)
            #expect(error?.message.contains(path) == true)
            #expect(error?.remedy?.contains("remove it") == true)
            #expect(try Data(contentsOf: URL(filePath: path)) == Data(content.utf8))
        }
    }

    @Test("Files that are half written are gone after a start")
    func halfWritten() async throws {
        try await LastingFolder.with { folder in
            try await folder.run { _ in }
            for name in ["incoming/part", "scratch/run/made.png"] {
                let path = folder.folder.appending(name)
                try FileManager.default.createDirectory(
                    atPath: path.removingLastComponent().string, withIntermediateDirectories: true)
                try Data("half".utf8).write(to: URL(filePath: path.string))
            }
            try await folder.run { _ in
                for name in ["incoming/part", "scratch/run"] {
                    #expect(!FileManager.default.fileExists(atPath: folder.folder.appending(name).string))
                }
            }
        }
    }

    @Test("A data directory that keeps no predictions is refused to a second gateway as well")
    func lockedWithoutPredictions() async throws {
        try await LastingFolder.with { folder in
            try await folder.run(Gate(), { $0.keepsPredictions = false }) { _ in
                let error = await #expect(throws: SpeedPixError.self) {
                    try await folder.run(Gate(), { $0.keepsPredictions = false }) { _ in }
                }
                #expect(error?.message.contains("another gateway has it") == true)
            }
        }
    }
}
