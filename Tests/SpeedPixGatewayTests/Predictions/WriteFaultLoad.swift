import GRDB
import SpeedPix
import SpeedPixTestSupport
import Synchronization
import Testing

@testable import SpeedPixGateway

/// What is asked of a gateway whose database fails or stalls, and what the gateway has acknowledged of it.
///
/// Echoes at the same time, one of which fails; a picture of ComfyUI; one that is canceled there; an echo that is canceled; a
/// picture and an echo that are left unfinished.
final class WriteFaultLoad: Sendable {
    private enum Kind: Sendable {
        case echo(text: String)
        case failing
        case picture
    }

    private struct Entry: Sendable {
        let id: String
        let kind: Kind
        /// The end that the gateway has told, or has acknowledged a cancel with.
        var told: Prediction.Status?
        /// Whether a cancel of it was asked for.
        var isCanceled = false
    }

    private static let bytes = Array("an uploaded file".utf8)
    private static let reason = "on purpose"
    private static let full = "the disk is full"
    /// Of echoes that are not to end by themselves, in seconds.
    private static let duration = 5
    /// So often is a call made whose write fails.
    private static let tries = 2

    private let server: TestComfyUI
    private let comment: Comment
    private let entries = Mutex<[Entry]>([])

    /// - Parameters:
    ///   - server: Where pictures are made, which the load lets end or not.
    ///   - comment: Names the case in what is reported.
    init(_ server: TestComfyUI, _ comment: Comment) {
        self.server = server
        self.comment = comment
    }

    // MARK: The calls

    func run(_ gateway: ComfyUIGateway) async throws {
        let isPublished = try await publish(gateway)
        let file = try await gateway.gateway.client.files.upload(.bytes(Self.bytes, filename: "a.txt"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for text in ["one", "two", "three"] {
                let input: JSONValue = ["text": .string(text), "image": .string(file.url)]
                group.addTask { _ = try await self.create("echo", .echo(text: text), input, gateway) }
            }
            group.addTask { _ = try await self.create("echo", .failing, ["fail": .string(Self.reason)], gateway) }
            try await group.waitForAll()
        }
        for entry in entries.withLock({ $0 }) { try await end(of: entry.id, gateway) }
        if isPublished {
            if let id = try await create("picture", .picture, ["seed": 1], gateway) { try await end(of: id, gateway) }
            server.setAutomatic(false)
            if let id = try await post(seed: 2, gateway) { try await cancel(id, gateway) }
            server.setAutomatic(true)
        }
        let long: JSONValue = ["text": "long", "duration": .integer(Int64(Self.duration))]
        if let id = try await create("echo", .echo(text: "long"), long, gateway) { try await cancel(id, gateway) }
        if isPublished {
            server.setAutomatic(false)
            _ = try await post(seed: 3, gateway)
        }
        _ = try await create("echo", .echo(text: "long"), long, gateway)
    }

    private func publish(_ gateway: ComfyUIGateway) async throws -> Bool {
        let publication = try await ComfyUIGateway.publication(ComfyUIFixture.picture, "picture", from: server)
        return try await acknowledged { try await gateway.admin.call(.post, "workflows", publication) } != nil
    }

    /// - Returns: Its id; nil if it was not acknowledged.
    private func create(
        _ workflow: String, _ kind: Kind, _ inputs: JSONValue, _ gateway: ComfyUIGateway
    ) async throws -> String? {
        let body: JSONValue = ["workflow_id": .string(workflow), "alias_id": "main", "inputs": inputs]
        guard let data = try await acknowledged({ try await gateway.gateway.call(.create, body) }) else { return nil }
        let id = try #require(data["taskId"]?.stringValue, comment)
        entries.withLock { $0.append(Entry(id: id, kind: kind)) }
        return id
    }

    /// Creates a picture, and returns when it is posted, or has ended without that.
    private func post(seed: Int64, _ gateway: ComfyUIGateway) async throws -> String? {
        let posts = server.posted.count
        guard let id = try await create("picture", .picture, ["seed": .integer(seed)], gateway) else { return nil }
        try await gateway.advance {
            if server.posted.count > posts { return true }
            return try await gateway.gateway.client.predictions.get(id).status.isTerminal
        }
        return id
    }

    private func cancel(_ id: String, _ gateway: ComfyUIGateway) async throws {
        update(id) { $0.isCanceled = true }
        let data = try await acknowledged { try await gateway.gateway.call(.cancel, ["taskId": .string(id)]) }
        guard let word = data?["status"]?.stringValue else { return }
        update(id) { $0.told = Prediction.Status(rawValue: word) }
    }

    private func end(of id: String, _ gateway: ComfyUIGateway) async throws {
        let prediction = try await gateway.ended(id)
        update(id) { $0.told = prediction.status }
    }

    private func update(_ id: String, _ change: (inout Entry) -> Void) {
        entries.withLock { entries in
            guard let index = entries.firstIndex(where: { $0.id == id }) else { return }
            change(&entries[index])
        }
    }

    /// What a call is answered with. One whose write fails is made again.
    ///
    /// - Returns: Nil if it was not acknowledged.
    private func acknowledged(_ call: () async throws -> TestGateway.Answer) async throws -> JSONValue? {
        for _ in 0..<Self.tries {
            let answer = try await call()
            if answer.status == 200, answer.code == nil { return answer.json["data"] ?? .null }
            #expect(answer.status == 500 && answer.code == "StorageError", "\(comment): \(answer.text)")
            #expect(answer.message.contains(Self.full), "\(comment): \(answer.text)")
        }
        return nil
    }

    // MARK: What has to hold

    /// At any moment: what was acknowledged is on disk, and so is each prompt that was posted.
    func checkDisk(_ folder: LastingFolder) async throws {
        let acknowledged = entries.withLock { $0 }
        let posted = server.posted
        let disk = try await folder.read { try DiskState($0) }
        for entry in acknowledged {
            #expect(disk.statuses[entry.id] != nil, comment)
            if let told = entry.told { #expect(disk.statuses[entry.id] == told.rawValue, comment) }
        }
        for prompt in posted {
            let id = try #require(Self.prediction(of: prompt), comment)
            let status = try #require(disk.statuses[id], comment)
            #expect(disk.prompts.contains(prompt.promptID) || status != "waiting", "\(comment): \(status)")
        }
    }

    /// At the next gateway: what was acknowledged ends, as it was told; results are whole; nothing was posted twice.
    ///
    /// - Parameter isTransient: Whether the first gateway could write at its end.
    func check(_ gateway: ComfyUIGateway, in folder: LastingFolder, isTransient: Bool) async throws {
        let acknowledged = entries.withLock { $0 }
        let disk = try await folder.read { try DiskState($0) }
        #expect(Set(disk.statuses.keys) == Set(acknowledged.map(\.id)), comment)
        for entry in acknowledged {
            let prediction = try await gateway.ended(entry.id)
            if let told = entry.told {
                if isTransient { #expect(disk.statuses[entry.id] == told.rawValue, comment) }
                if isTransient || told != .failed { #expect(prediction.status == told, comment) }
            }
            try await check(prediction, entry, gateway)
        }
        try checkPosts(Set(acknowledged.map(\.id)))
        // What was left at the server is cleared away.
        try await gateway.advance { try await folder.read { try DiskState($0) }.prompts.isEmpty }
    }

    private func check(_ prediction: Prediction, _ entry: Entry, _ gateway: ComfyUIGateway) async throws {
        guard prediction.status == .succeeded else {
            switch entry.kind {
            case .failing: #expect(prediction.error == Self.reason, comment)
            case .echo: #expect(prediction.status == .canceled && entry.isCanceled, "\(comment): \(prediction)")
            case .picture:
                // Its prompt could not be written down, and was not sent.
                let isUnwritten = prediction.status == .failed && prediction.error?.contains(Self.full) == true
                #expect(isUnwritten || prediction.status == .canceled && entry.isCanceled, "\(comment): \(prediction)")
            }
            return
        }
        switch entry.kind {
        case .failing: Issue.record("\(comment): \(prediction)")
        case .echo(let text):
            #expect(prediction.output?["text"] == .string(text), comment)
            guard text != "long" else { return }
            #expect(try await gateway.bytes(of: prediction) == Self.bytes, comment)
        case .picture:
            let saved = server.files.first { $0.key.hasPrefix("output/speedpix/\(entry.id)/") }
            #expect(try await gateway.bytes(of: prediction) == saved?.value, comment)
        }
    }

    private func checkPosts(_ acknowledged: Set<String>) throws {
        let posted = server.posted
        // An attempt after the first one has another name.
        var ids: [String] = []
        for prompt in posted { ids.append(try #require(Self.prediction(of: prompt), comment)) }
        #expect(Set(ids).count == ids.count && Set(ids).isSubset(of: acknowledged), "\(comment): \(ids)")
        #expect(Set(posted.map(\.promptID)).count == posted.count, comment)
    }

    /// By the folder for its outputs.
    private static func prediction(of prompt: TestComfyUI.PostedPrompt) -> String? {
        let prefix = prompt.prompt["3"]?["inputs"]?["filename_prefix"]?.stringValue?.split(separator: "/") ?? []
        return prefix.count == 3 ? String(prefix[1]) : nil
    }
}

/// What a gateway's database has.
private struct DiskState: Sendable {
    /// By the ids of predictions.
    let statuses: [String: String]
    /// The ids of prompts.
    let prompts: Set<String>

    init(_ database: Database) throws {
        var statuses: [String: String] = [:]
        for row in try Row.fetchAll(database, sql: "SELECT id, status FROM prediction") {
            let id: String = row["id"]
            statuses[id] = row["status"]
        }
        self.statuses = statuses
        prompts = Set(try String.fetchAll(database, sql: "SELECT prompt FROM comfyui_prompt"))
    }
}
