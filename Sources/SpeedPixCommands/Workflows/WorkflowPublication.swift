import ComfyUI
import NIOCore
import SpeedPix

/// Publishes one workflow: asks the gateway what would become of it, hands it the files, and tries it.
struct WorkflowPublication: Sendable {
    /// How often the gateway is asked how a try stands.
    private static let pollInterval: Duration = .seconds(1)
    /// Bytes of a file whose length a server does not say before it is there.
    private static let largestUnknown: Int64 = 512 << 20

    /// What the command line says.
    struct Request: Sendable {
        var id: String
        var title: String?
        /// Nil for what is proposed.
        var inputs: [String]?
        /// Nil for what is proposed.
        var outputs: [String]?
        var alias: String?
        var allowsPartnerNodes = false
        var isTried = true
    }

    /// What would be published.
    struct Plan: Sendable {
        var inputs: [JSONValue]
        var outputs: [JSONValue]
        var findings: [WorkflowFinding]
        fileprivate var files: [JSONValue]

        init(_ json: JSONValue) {
            inputs = json["inputs"]?.arrayValue ?? []
            outputs = json["outputs"]?.arrayValue ?? []
            files = json["files"]?.arrayValue ?? []
            let omitted = (json["omitted"]?.arrayValue ?? []).map { text -> JSONValue in
                ["severity": "warning", "message": text]
            }
            findings = (omitted + (json["findings"]?.arrayValue ?? [])).compactMap { WorkflowFinding($0) }
        }

        var hasErrors: Bool { findings.contains(where: \.isError) }
    }

    /// How a try has ended.
    enum Trial: Sendable {
        case succeeded(outputs: [String], files: Int64, seconds: Double)
        case failed(String)
        /// It could not be begun: a file is missing, or the gateway has refused it.
        ///
        /// - Parameter reason: In words.
        case impossible(String)
    }

    let request: Request
    let gateway: AdminClient
    let context: CommandContext

    // MARK: A workflow from ComfyUI

    /// What the gateway would make of it. Nothing is changed.
    func plan(_ document: WorkflowDocument, _ definitions: NodeDefinitions) async throws -> Plan {
        Plan(
            try await gateway.call(
                .post, ["publication-check"], .object(body(document, definitions, request.inputs, request.outputs))))
    }

    /// Makes it the next version.
    ///
    /// - Parameter files: What ``storeFiles(of:from:)`` gave.
    /// - Returns: The version as the gateway describes it.
    func publish(
        _ document: WorkflowDocument, _ definitions: NodeDefinitions, _ plan: Plan, files: StoredFiles
    ) async throws -> JSONValue {
        func selectors(_ entries: [JSONValue]) -> [String] { entries.compactMap { $0["selector"]?.stringValue } }
        var members = body(document, definitions, selectors(plan.inputs), selectors(plan.outputs))
        members["files"] = .array(files.own)
        return try await gateway.call(.post, ["workflows"], .object(members))
    }

    private func body(
        _ document: WorkflowDocument, _ definitions: NodeDefinitions, _ inputs: [String]?, _ outputs: [String]?
    ) -> [String: JSONValue] {
        var members: [String: JSONValue] = [
            "id": .string(request.id), "graph": document.graph.json,
            "definitions": definitions.checking(document.graph).json,
            "partner_nodes": .bool(request.allowsPartnerNodes),
        ]
        members["title"] = request.title.map { .string($0) }
        members["page"] = document.page
        members["inputs"] = inputs.map { .array($0.map { .string($0) }) }
        members["outputs"] = outputs.map { .array($0.map { .string($0) }) }
        return members
    }

    // MARK: Files

    /// Files of the server that the gateway has now.
    struct StoredFiles: Sendable {
        /// Of fields that are no inputs.
        var own: [JSONValue] = []
        /// By the inputs whose values they are, for the try.
        var values: [String: JSONValue] = [:]
        /// Inputs whose files the server does not have, in words.
        var missing: [String] = []
    }

    /// Has the gateway keep the files that the workflow names.
    ///
    /// - Throws: ``CommandFailure`` for a file that the server does not have, and the workflow needs.
    func storeFiles(of plan: Plan, from server: ComfyUIClient) async throws -> StoredFiles {
        var stored = StoredFiles()
        for file in plan.files {
            let input = file["input"]?.stringValue
            guard input == nil || request.isTried, let filename = file["filename"]?.stringValue else { continue }
            let place = "\(file["node"]?.stringValue ?? "").\(file["field"]?.stringValue ?? "")"
            let kept: JSONValue
            do {
                let folder = ServerFile.Folder(rawValue: file["folder"]?.stringValue ?? "input")
                let source = ServerFile(
                    filename: filename, subfolder: file["subfolder"]?.stringValue ?? "", folder: folder)
                kept = try await store(source, from: server)
            } catch let error as ComfyUIError where error.code == .notFound {
                let words = "the server has no file \(filename), which \(place) names".printable()
                guard input != nil else {
                    throw CommandFailure(
                        .failure, words, hint: "make it an input: --input \(suggestedName(file))=\(place)")
                }
                stored.missing.append(words)
                continue
            }
            if let input {
                stored.values[input] = [
                    "object_key": kept["key"] ?? .null, "filename": kept["filename"] ?? .null,
                    "mime_type": kept["mime_type"] ?? .null,
                ]
            } else {
                stored.own.append([
                    "node": file["node"] ?? .null, "field": file["field"] ?? .null, "key": kept["key"] ?? .null,
                    "filename": .string(filename), "mime_type": kept["mime_type"] ?? .null,
                ])
            }
        }
        return stored
    }

    private func suggestedName(_ file: JSONValue) -> String {
        let name = file["field"]?.stringValue?.split(separator: ".").last.map(String.init) ?? "image"
        return name.printable()
    }

    private func store(_ file: ServerFile, from server: ComfyUIClient) async throws -> JSONValue {
        let download = try await server.view(file)
        if let length = download.length {
            return try await gateway.store(.stream(length: length, AnyByteStream(download)), named: file.filename)
        }
        // A gateway wants to know the length before.
        var bytes: [UInt8] = []
        for try await chunk in download {
            guard Int64(bytes.count + chunk.readableBytes) <= Self.largestUnknown else {
                throw CommandFailure(
                    .failure, "\(file.filename) is larger than \(Self.largestUnknown >> 20) MiB".printable())
            }
            bytes.append(contentsOf: chunk.readableBytesView)
        }
        return try await gateway.store(.bytes(bytes), named: file.filename)
    }

    // MARK: The try

    /// Runs a version once with its own values; what it gives becomes its example.
    func tryOut(_ version: String, files: StoredFiles) async throws -> Trial {
        if let missing = files.missing.first { return .impossible(missing) }
        let path = ["workflows", request.id, "versions", version]
        let prediction: JSONValue
        do {
            let begun = try await gateway.call(.post, path + ["try"], ["inputs": .object(files.values)])
            prediction = begun["prediction"] ?? .null
        } catch let refusal as AdminRefusal {
            return .impossible(refusal.message.printable())
        }
        while true {
            let state = try await gateway.call(.put, path + ["example"], ["prediction": prediction])
            switch state["status"]?.stringValue {
            case "succeeded"?:
                return .succeeded(
                    outputs: (state["outputs"]?.arrayValue ?? []).compactMap(\.stringValue),
                    files: state["files"]?.lenientInteger ?? 0, seconds: state["seconds"]?.lenientDouble ?? 0)
            case "waiting"?, "running"?: try await context.clock.sleep(for: Self.pollInterval)
            default: return .failed((state["message"]?.stringValue ?? "it was canceled").printable())
            }
        }
    }
}
