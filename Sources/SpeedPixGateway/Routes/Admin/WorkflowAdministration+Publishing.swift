import NIOCore
import SpeedPix

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

// What commands and the console do with the workflows of a gateway, each by routes of its own.
extension WorkflowAdministration {
    /// Whose the files of workflows are: an application key has no line break in it, so that none can read or delete them.
    private static let owner = OwnerTag(appKey: "published\n")
    /// How long the URLs that are made of the files of a try must be good for, in seconds: until the prediction is checked.
    private static let lifetime: Int64 = 3600

    /// A file that was stored for a workflow.
    struct StoredWorkflowFile: Sendable {
        let key: ObjectKey
        let filename: String
        /// By its bytes, else by its name.
        let mimeType: String
        /// In bytes.
        let size: Int64
    }

    /// Makes a workflow from ComfyUI the next version of its id.
    ///
    /// - Parameters:
    ///   - publication: What ``PublicationPlan/checked()`` gave.
    ///   - files: Those of fields that are no inputs, stored before.
    ///   - alias: Stands for the version from now on.
    /// - Throws: ``Refusal`` for an alias that cannot be one; ``StorageError``.
    func publish(
        _ publication: Publication, of plan: PublicationPlan, files: [PublishedFile], alias: String?
    ) async throws -> PublishedVersion {
        let request = plan.request
        let workflow = PublishedWorkflow(
            id: request.id, title: request.title, summary: request.summary, graph: plan.graph,
            inputs: publication.inputs, outputs: publication.outputs, definitions: request.definitions, files: files)
        return try await workflows.publish(workflow, alias: alias)
    }

    /// Stores a file for a workflow, or for its try.
    ///
    /// - Parameters:
    ///   - name: Of which the last part counts.
    ///   - length: What was announced, in bytes; nil if nothing was.
    /// - Throws: ``Refusal`` for a file that is too large or of another length; ``StorageError``; what `body` throws.
    func storeFile<Body: AsyncSequence & Sendable>(
        _ body: Body, named name: String, length: Int64?
    ) async throws -> StoredWorkflowFile where Body.Element == ByteBuffer {
        let limit = configuration.maximumUploadBytes
        if let length, length > limit {
            throw Refusal.tooLarge("the file has \(length) bytes; the most is \(limit)")
        }
        let filename = SignUploadCall.filename(name)
        let key = ObjectKey(.uploads, owner: Self.owner, uniqueName: configuration.uniqueName(), filename: filename)
        try await store.receive(
            body, as: key,
            FileAttributes(
                contentType: MediaType.guess(filename: filename), filename: filename, created: configuration.now()),
            length: length, limit: limit)
        let type = MediaType.sniff(try await store.head(of: key)) ?? MediaType.guess(filename: filename)
        let size = try await store.facts(of: key)?.size ?? 0
        return StoredWorkflowFile(key: key, filename: filename, mimeType: type, size: size)
    }

    /// Begins a run of a version with its own values.
    ///
    /// - Parameters:
    ///   - files: The inputs that are files, as objects with `object_key`, `filename` and `mime_type`: their own values lie
    ///     on a server, and not here.
    ///   - caller: Whose the prediction is.
    /// - Throws: ``Refusal``; ``StorageError``.
    func tryVersion(
        _ version: String, of id: String, files: JSONValue, by caller: Caller
    ) async throws -> PredictionRecord {
        let offered = try catalogue.workflow(id, alias: nil, version: version)
        guard offered.workflow is PublishedWorkflow else {
            throw Refusal.invalidParameter(
                "\(offered.workflow.id) is not from ComfyUI, and so has no values of its own")
        }
        let text = String(decoding: try files.encoded(), as: UTF8.self)
        guard let stored = StoredInputs(text) else { throw Refusal.invalidParameter("inputs must be an object") }
        let now = configuration.now()
        let given = stored.given(
            to: offered.workflow, signedBy: urls, expires: Int64(now.timeIntervalSince1970) + Self.lifetime)
        let prepared = try await preparation.prepare(given, for: offered.workflow, now: now)
        try await offered.backend.check(offered.workflow, inputs: prepared)
        return try await queue.submit(
            offered, inputs: prepared, given: given, footprint: 1024 + text.utf8.count, by: caller)
    }

    /// Makes what a try gave the example of its version, if it has succeeded.
    ///
    /// - Returns: How long it took, in seconds; 0 for one that did not end well.
    /// - Throws: ``Refusal`` for a prediction of another workflow, and for a version that there is not; ``StorageError``.
    @discardableResult
    func keepExample(_ record: PredictionRecord, of id: String, version: String) async throws -> Double {
        guard record.workflowID == id else {
            throw Refusal.invalidParameter("the prediction \(record.id) is one of \(record.workflowID)")
        }
        let seconds = record.duration.map { $0 / .seconds(1) } ?? 0
        if record.status == .succeeded {
            try await workflows.setExample(
                .object(record.outputs.mapValues(\.json)), seconds: seconds, of: id, version: version)
        }
        return seconds
    }

    /// A try that a command has begun, or the console.
    ///
    /// - Throws: ``Refusal`` if there is none of this id; ``StorageError``.
    func trial(_ id: String) async throws -> PredictionRecord {
        do {
            return try await queue.prediction(id, for: keys.own)
        } catch let refusal as Refusal where refusal.code == "TaskNotFound" {
            return try await queue.prediction(id, for: .console)
        }
    }
}

extension PublicationPlan {
    /// What would be published.
    ///
    /// - Throws: ``Refusal`` with all that is wrong at once.
    func checked() throws(Refusal) -> Publication {
        do throws(PublicationRefusal) {
            return try publication()
        } catch {
            throw .notPublishable(error.findings)
        }
    }
}
