import SpeedPix
import SpeedPixJournal
import SpeedPixTestSupport

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A folder of journals for one test, removed with it.
final class JournalFolder: Sendable {
    let path: String

    static let description = RunDescription(
        script: "/work/card.lua", folder: "/work", parameters: ["count": "3"], endpoint: "https://service.test",
        appKey: "key")

    init() {
        path = TemporaryFolder.unusedPath()
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func store() throws -> JournalStore { try JournalStore(folder: path, now: { 1_000_000 }) }

    func begin() throws -> RunJournal { try store().begin(Self.description, seed: 7) }

    /// The next attempt, in another process as it were.
    func resume(_ run: Int64 = 1, callbacks: ResumeCallbacks = ResumeCallbacks()) throws -> RunJournal {
        try store().resume(
            run, endpoint: Self.description.endpoint, appKey: Self.description.appKey, callbacks: callbacks)
    }
}

extension RunJournal {
    func claim(_ position: String?, _ digest: String, label: String? = nil) async throws -> JournalClaim {
        try await claim(
            JournaledCreate(
                position: position.map { CreatePosition(rawValue: $0) },
                identity: CreateIdentity(digest: digest, inputs: ["text": digest]), workflowID: "echo", label: label,
                input: ["text": "x", "image": "https://store.test/a.png?signature=abc"]))
    }

    /// An end, on disk.
    func ended(_ prediction: Prediction, byCaller: Bool) async throws {
        recordEnded(prediction, byCaller: byCaller)
        try await flush()
    }

    /// A create from its claim to its id.
    @discardableResult
    func create(_ position: String?, _ digest: String, id: String) async throws -> Prediction {
        guard case .new(let key) = try await claim(position, digest) else { throw CancellationError() }
        try await recordIntent(key)
        let prediction = Prediction(id: id)
        try await recordCreated(prediction, key)
        return prediction
    }
}

extension JournalClaim {
    /// The id of what was recorded; nil for a new one.
    var id: String? { if case .recorded(let prediction) = self { prediction.id } else { nil } }
    var key: JournalKey? { if case .new(let key) = self { key } else { nil } }
}
