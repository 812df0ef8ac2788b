import ComfyUI
import SpeedPix

/// Stores the files that a workflow names on its server, so that it can run wherever it is published.
struct NamedFileImport: Sendable {
    /// What is stored now.
    struct Files: Sendable {
        /// Those of fields that are no inputs: they belong to the workflow.
        var own: [PublishedFile] = []
        /// The values of inputs, as a try takes them.
        var values: [String: JSONValue] = [:]
        /// Inputs whose files the server does not have.
        var missing: [PublicationFinding] = []
    }

    let administration: WorkflowAdministration
    let client: ComfyUIClient

    /// What the server lacks of all that a workflow names. Without its own files it cannot be published; without those of its
    /// inputs it cannot be tried.
    ///
    /// - Throws: ``ComfyUIError``; `CancellationError`.
    func missing(_ plan: PublicationPlan) async throws -> [PublicationFinding] {
        var findings: [PublicationFinding] = []
        for named in plan.namedFiles {
            let exists = try await client.viewExists(named.source)
            if !exists { findings.append(named.missing(in: plan)) }
        }
        return findings
    }

    /// Copies the files from the server.
    ///
    /// - Parameter withValues: Whether those of inputs are wanted, too.
    /// - Throws: ``Refusal`` if a file is missing without which the workflow cannot be published, or is too large;
    ///   ``ComfyUIError``; ``StorageError``; `CancellationError`.
    func store(_ plan: PublicationPlan, withValues: Bool) async throws -> Files {
        var files = Files()
        for named in plan.namedFiles where withValues || named.input == nil {
            guard let stored = try await copy(named.source) else {
                guard named.input != nil else { throw Refusal.notPublishable([named.missing(in: plan)]) }
                files.missing.append(named.missing(in: plan))
                continue
            }
            if let input = named.input {
                files.values[input] = [
                    "object_key": .string(stored.key.text), "filename": .string(stored.filename),
                    "mime_type": .string(stored.mimeType),
                ]
            } else {
                files.own.append(
                    PublishedFile(
                        field: named.field, filename: named.file.filename, key: stored.key, mimeType: stored.mimeType))
            }
        }
        return files
    }

    /// - Returns: Nil if the server does not have it.
    private func copy(_ file: ServerFile) async throws -> WorkflowAdministration.StoredWorkflowFile? {
        do {
            let download = try await client.view(file, limit: administration.configuration.maximumUploadBytes)
            return try await administration.storeFile(download, named: file.filename, length: download.length)
        } catch let error as ComfyUIError where error.code == .notFound {
            return nil
        }
    }
}

extension PublicationPlan.NamedFile {
    /// The same as servers are asked for it.
    var source: ServerFile {
        ServerFile(filename: file.filename, subfolder: file.subfolder, folder: .init(rawValue: file.folder.rawValue))
    }

    /// That a server does not have it.
    func missing(in plan: PublicationPlan) -> PublicationFinding {
        let values = [
            "field": field.description, "node": plan.graph.name(of: field.node), "file": file.filename,
            "input": input ?? "",
        ]
        let beginning = "the server does not have the file \(file.filename), which \(field) names:"
        return input == nil
            ? .error("\(beginning) put it there again, or make the field an input", .missingFile, values)
            : .warning("\(beginning) the workflow can be published, but not tried", .missingFile, values)
    }
}
