import ComfyUI
import HTTPTypes
import SpeedPix
import SpeedPixTestSupport
import SystemPackage
import Testing
import _NIOFileSystem

@testable import SpeedPixGateway

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("Application keys of the gateway")
struct ApplicationKeyTests {
    private static let secret = Secret("the-secret-of-studio")

    private static func key(_ name: String = "studio", _ limits: KeyLimits = KeyLimits()) -> ApplicationKey {
        ApplicationKey(
            name: name, secret: secret, created: Date(timeIntervalSince1970: 1_700_000_000), limits: limits)
    }

    /// A gateway that knows the tests' key and one called `studio`.
    private static func run(
        _ limits: KeyLimits = KeyLimits(), gate: Gate = Gate(),
        body: @Sendable (TestGateway, KeyFile) async throws -> Void
    ) async throws {
        try await LastingFolder.with { folder in
            let file = KeyFile(directory: folder.directory.string)
            try file.add(key("studio", limits))
            try await folder.run(gate) { try await body($0, file) }
        }
    }

    @Test("Another key's predictions and files are as unknown ones")
    func separated() async throws {
        try await Self.run { gateway, _ in
            let file = try await gateway.client.files.upload(.bytes(Array("bytes".utf8), filename: "a.txt"))
            let id = try await gateway.create("echo", ["image": .string(file.url)])
            let result = try #require(try await gateway.ended(id).output?["images"]?["object_key"])
            for route in [Route.progress, .result, .cancel] {
                let answer = try await gateway.studio(route, ["taskId": .string(id)])
                let unknown = try await gateway.studio(route, ["taskId": "unknown"])
                #expect(answer.code == "TaskNotFound" && unknown.code == "TaskNotFound", "\(answer.text)")
                #expect(answer.message.replacing(id, with: "unknown") == unknown.message)
            }
            for key in [result, .string(file.objectKey)] {
                for route in [Route.getFile, .deleteFile] {
                    #expect(try await gateway.studio(route, ["objectKey": key]).code == "FileNotFound")
                }
                #expect(try await gateway.call(.getFile, ["objectKey": key]).code == nil)
            }
            #expect(try await gateway.client.predictions.get(id).status == .succeeded)
        }
    }

    @Test("A key's predictions are its own after a restart, too")
    func separatedAfterRestart() async throws {
        try await LastingFolder.with { folder in
            try KeyFile(directory: folder.directory.string).add(Self.key())
            let made = Box()
            try await folder.run { gateway in
                let answer = try await gateway.studio(
                    .create, ["workflow_id": "light", "alias_id": "main", "inputs": ["name": "a"]])
                await made.set(answer.json["data"]?["taskId"]?.stringValue ?? "")
            }
            try await folder.run(Gate(), { $0.resumesAtStart = false }) { gateway in
                let id = JSONValue.string(await made.text)
                let others = try await gateway.call(.progress, ["taskId": id])
                #expect(others.code == "TaskNotFound")
                #expect(try await gateway.studio(.progress, ["taskId": id]).json["data"]?["status"] == "running")
            }
        }
    }

    @Test("Predictions and files that an older gateway has stored are the first key's")
    func unmarked() throws {
        let first = Caller(appKey: "any", ownsUnmarked: true)
        let other = Caller(appKey: "other")
        let key = try #require(ObjectKey("results/abc.png"))
        #expect(first.owns(key) && first.owns(predictionOf: nil))
        #expect(!other.owns(key) && !other.owns(predictionOf: nil) && other.owns(predictionOf: "other"))
        #expect(!first.owns(ObjectKey(.results, owner: other.tag, uniqueName: "a", filename: "")))
    }

    @Test("A key that is added or revoked counts from the next call on")
    func changesCountAtOnce() async throws {
        try await Self.run { gateway, file in
            let create: JSONValue = ["workflow_id": "echo", "alias_id": "main"]
            #expect(try await gateway.studio(.create, create).code == nil)
            #expect(
                try await gateway.studio(.create, create, key: "second").headers[.caErrorMessage] == "Invalid AppKey")
            try file.add(Self.key("second"))
            #expect(try await gateway.studio(.create, create, key: "second").code == nil)
            let signed = try await gateway.studio(.signUpload, ["contentType": "text/plain"]).json["data"]
            try file.revoke("studio")
            #expect(try await gateway.studio(.create, create).headers[.caErrorMessage] == "Invalid AppKey")
            let upload = try await gateway.send(
                .put, signed?["uploadUrl"]?.stringValue ?? "", headers: [.contentType: "text/plain"],
                body: .bytes([1]))
            #expect(upload.status == 403 && upload.message.contains("revoked"))
            #expect(try await gateway.studio(.create, create, key: "second").code == nil)
            #expect(try await gateway.call(.create, create).code == nil)
        }
    }

    @Test("A key file that cannot be used any more lets nobody in but the first key")
    func damagedWhileRunning() async throws {
        try await Self.run { gateway, file in
            try Data("{".utf8).write(to: URL(filePath: file.path))
            let create: JSONValue = ["workflow_id": "echo", "alias_id": "main"]
            #expect(try await gateway.studio(.create, create).headers[.caErrorMessage] == "Invalid AppKey")
            #expect(try await gateway.call(.create, create).code == nil)
        }
    }

    @Test("A key file that could not be read for a while lets its keys in again as soon as it can be")
    func unreadableForAWhile() async throws {
        try await Self.run { gateway, file in
            let create: JSONValue = ["workflow_id": "echo", "alias_id": "main"]
            #expect(try await gateway.studio(.create, create).code == nil)
            // Neither changes what is in it.
            for (mode, isReadable) in [(0o644, false), (0o600, true), (0o640, false), (0o400, true)] {
                try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file.path)
                let answer = try await gateway.studio(.create, create)
                #expect((answer.headers[.caErrorMessage] == nil) == isReadable, "\(mode): \(answer.text)")
            }
        }
    }

    @Test("A key with a rate is throttled until the next minute")
    func callsPerMinute() async throws {
        try await Self.run(KeyLimits(callsPerMinute: 2)) { gateway, _ in
            // At 20 seconds past the minute.
            for _ in 0..<2 {
                #expect(try await gateway.studio(.progress, ["taskId": "x"]).code == "TaskNotFound")
            }
            let refused = try await gateway.studio(.progress, ["taskId": "x"])
            #expect(refused.status == 429 && refused.code == "Throttled", "\(refused.text)")
            #expect(refused.headers[.retryAfter] == "40")
            #expect(try await gateway.call(.progress, ["taskId": "x"]).code == "TaskNotFound")
            gateway.date.advance(by: .seconds(40))
            #expect(try await gateway.studio(.progress, ["taskId": "x"]).code == "TaskNotFound")
        }
    }

    @Test("A key's waiting predictions are limited without regard to those of others")
    func waiting() async throws {
        let gate = Gate()
        try await Self.run(KeyLimits(waiting: 1), gate: gate) { gateway, _ in
            // One runs, and of the other key's more wait than this one may have.
            for name in ["runs", "waits", "waits"] { _ = try await gateway.create("light", ["name": .string(name)]) }
            await gate.waitForStarts(1)
            let create: JSONValue = ["workflow_id": "light", "alias_id": "main", "inputs": ["name": "a"]]
            let first = try await gateway.studio(.create, create)
            #expect(first.code == nil)
            let refused = try await gateway.studio(.create, create)
            #expect(refused.status == 429 && refused.message.contains("Throttled by APP Flow Control"))
            _ = try await gateway.studio(.cancel, ["taskId": first.json["data"]?["taskId"] ?? .null])
            #expect(try await gateway.studio(.create, create).code == nil)
        }
    }

    @Test("A key's predictions that wait for a server of ComfyUI are limited as those that wait for a worker")
    func waitingElsewhere() async throws {
        try await TestComfyUI.withRunning { server in
            server.fail("GET /system_stats", .status(503))
            let configuration = ComfyUIConfiguration(servers: [try ComfyUIServerAddress(server.url)])
            try await LastingFolder.with { folder in
                try KeyFile(directory: folder.directory.string).add(Self.key("studio", KeyLimits(waiting: 1)))
                try await folder.run(Gate(), { $0.comfyUIServers = configuration }) { gateway in
                    let all = ComfyUIGateway(gateway: gateway, admin: try TestAdmin(gateway, folder))
                    try await all.publish(ComfyUIFixture.picture, "picture", from: server)
                    let create: JSONValue = ["workflow_id": "picture", "alias_id": "main"]
                    let first = try await gateway.studio(.create, create)
                    #expect(first.code == nil, "\(first.text)")
                    try await all.advance { try await all.admin.call(.get, "status").json["data"]?["waiting"] == 1 }
                    #expect(try await gateway.studio(.create, create).status == 429)
                    #expect(try await gateway.call(.create, create).code == nil)
                    _ = try await gateway.studio(.cancel, ["taskId": first.json["data"]?["taskId"] ?? .null])
                    #expect(try await gateway.studio(.create, create).code == nil)
                }
            }
        }
    }

    @Test("A key may store as many bytes as it is given, and no more")
    func storedBytes() async throws {
        try await Self.run(KeyLimits(storedBytes: 10)) { gateway, _ in
            func sign() async throws -> JSONValue? {
                try await gateway.studio(.signUpload, ["contentType": "text/plain"]).json["data"]
            }
            func put(_ data: JSONValue?, _ count: Int) async throws -> Int {
                try await gateway.send(
                    .put, data?["uploadUrl"]?.stringValue ?? "", headers: [.contentType: "text/plain"],
                    body: .bytes(Array(repeating: 1, count: count))
                ).status
            }
            let (first, second) = (try await sign(), try await sign())
            #expect(try await put(first, 11) == 429)
            #expect(try await put(first, 10) == 200)
            #expect(try await put(second, 1) == 429)
            let create: JSONValue = ["workflow_id": "echo", "alias_id": "main"]
            #expect(try await gateway.studio(.create, create).status == 429)
            #expect(try await gateway.studio(.signUpload, ["contentType": "text/plain"]).status == 429)
            #expect(try await gateway.call(.create, create).code == nil)
            // Room that is made can be used.
            _ = try await gateway.studio(.deleteFile, ["objectKey": first?["objectKey"] ?? .null])
            #expect(try await put(second, 1) == 200)
            #expect(try await gateway.studio(.create, create).code == nil)
        }
    }

    @Test("A file of keys that others may read is refused, and so is one that is damaged or has a limit that is none")
    func unusableFile() async throws {
        try await LastingFolder.with { folder in
            let file = KeyFile(directory: folder.directory.string)
            #expect(try file.keys().isEmpty)
            try file.add(Self.key())
            #expect(throws: SpeedPixError.self) { try file.add(Self.key()) }
            #expect(throws: SpeedPixError.self) { try file.revoke("nobody") }
            let url = URL(filePath: file.path)
            let info = try await FileSystem.shared.info(forFileAt: FilePath(file.path))
            #expect(info?.permissions == [.ownerRead, .ownerWrite])
            for change in [#""waiting":null"#: #""waiting":"many""#, #""keys":"#: #""other":"#] {
                let text = String(decoding: try Data(contentsOf: url), as: UTF8.self)
                let changed = text.replacing(change.key, with: change.value)
                #expect(changed != text)
                try Data(changed.utf8).write(to: url)
                let error = await #expect(throws: SpeedPixError.self) { try await folder.run { _ in } }
                #expect(error?.message.contains(file.path) == true)
                try Data(text.utf8).write(to: url)
            }
            #expect(try file.keys().map(\.name) == ["studio"])
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file.path)
            let error = await #expect(throws: SpeedPixError.self) { try await folder.run { _ in } }
            #expect(error?.remedy?.contains("chmod 600") == true)
        }
    }

    @Test("A key of the console's name cannot be used, also where a file has one, and its uploads are the console's")
    func consoleKey() async throws {
        try await LastingFolder.with { folder in
            let file = KeyFile(directory: folder.directory.string)
            try file.add(Self.key("console"))
            try file.add(Self.key("studio"))
            for hasConsole in [false, true] {
                try await folder.run(Gate(), { $0.hasConsole = hasConsole }) { gateway in
                    let answer = try await gateway.studio(.progress, ["taskId": "x"], key: "console")
                    #expect(answer.headers[.caErrorMessage] == "Invalid AppKey", "\(answer.text)")
                    #expect(try await gateway.studio(.progress, ["taskId": "x"]).code == "TaskNotFound")
                }
            }
            let keys = ApplicationKeys(appKey: "own", secret: Self.secret, file: file)
            #expect(keys.caller(Caller.console.tag)?.appKey == "console" && keys.count == 2)
        }
    }

    @Test("A gateway with the console does not start with its key")
    func startedWithConsoleKey() async throws {
        let configuration = configured {
            $0.hasConsole = true
            $0.appKey = "console"
        }
        let error = await #expect(throws: SpeedPixError.self) {
            try await TestGateway.run(with: configuration) { _ in }
        }
        #expect(error?.code == .configuration && error?.message.contains("console") == true)
    }

    @Test("The gateway's own routes take the admin token and nothing else")
    func adminToken() async throws {
        try await LastingFolder.with { folder in
            try await folder.run { gateway in
                let token = try String(
                    contentsOf: URL(filePath: folder.folder.appending("admin-token").string), encoding: .utf8
                )
                .filter { $0 != "\n" }
                for header in [
                    nil, "Bearer", "Bearer \(token)0", "Bearer \(token.dropLast())", "Basic \(token)", token,
                ] {
                    var headers = HTTPFields()
                    headers[.authorization] = header
                    let answer = try await gateway.send(.get, "/speedpix/status", headers: headers)
                    #expect(answer.status == 401 && answer.code == "Unauthorized", "\(header ?? "none")")
                }
                let signed = try await gateway.send(
                    .get, "/speedpix/status", headers: gateway.signed("/speedpix/status", []))
                #expect(signed.status == 401)
                _ = try await gateway.create("light", ["name": "a"])
                let answer = try await gateway.send(
                    .get, "/speedpix/status", headers: [.authorization: "Bearer \(token)"])
                #expect(answer.status == 200 && answer.json["data"]?["running"] == 1, "\(answer.text)")
                #expect(answer.json["data"]?["workflows"] == ["echo", "light"])
            }
        }
    }
}

/// A text that a closure leaves behind.
private actor Box {
    private(set) var text = ""

    func set(_ text: String) { self.text = text }
}

extension TestGateway {
    /// A call that is signed with the key `studio`, or another one with the same secret.
    fileprivate func studio(_ route: Route, _ body: JSONValue, key: String = "studio") async throws -> Answer {
        let bytes = try body.encoded()
        return try await send(
            .post, route.rawValue,
            headers: signed(route.rawValue, bytes, key: key, secret: Secret("the-secret-of-studio")),
            body: .bytes(bytes))
    }
}
