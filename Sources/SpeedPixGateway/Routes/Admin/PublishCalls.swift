import ComfyUI
import HTTPTypes
import Hummingbird
import SpeedPix

/// `POST /speedpix/publication-check`: what would be published, and all that is wrong with it. Nothing is changed.
struct CheckPublicationCall: AdminCall {
    let method = HTTPRequest.Method.post
    let path = "publication-check"
    let administration: WorkflowAdministration

    func answer(_ request: Request, _ context: GatewayContext) async throws -> JSONValue {
        let publication = try PublicationRequest(try await WorkflowAdministration.body(request))
        let reservedIDs = administration.catalogue.ownIDs
        switch publication.content {
        case .graph(let graph, let page):
            return PublicationPlan(publication, graph: graph, page: page, reservedIDs: reservedIDs).json
        case .script(let source):
            var findings = PublicationCheck.check(id: publication.id, reservedIDs: reservedIDs)
            var declared: [String: JSONValue] = [:]
            do {
                declared = WorkflowJSON.description(
                    try await administration.workflows.workflow(script: source, id: publication.id))
            } catch let refusal as Refusal {
                findings.append(.error(refusal.message))
            }
            return [
                "inputs": declared["inputs"] ?? [], "outputs": declared["outputs"] ?? [], "omitted": [], "files": [],
                "findings": .array(findings.map(\.json)),
            ]
        }
    }
}

/// `POST /speedpix/workflows`: makes a workflow the next version of an id.
struct PublishWorkflowCall: AdminCall {
    let method = HTTPRequest.Method.post
    let path = "workflows"
    let administration: WorkflowAdministration

    func answer(_ request: Request, _ context: GatewayContext) async throws -> JSONValue {
        let publication = try PublicationRequest(try await WorkflowAdministration.body(request))
        let version: PublishedVersion
        var warnings: [String] = []
        switch publication.content {
        case .graph(let graph, let page):
            let plan = PublicationPlan(
                publication, graph: graph, page: page, reservedIDs: administration.catalogue.ownIDs)
            let checked = try plan.checked()
            version = try await administration.publish(
                checked, of: plan, files: try await files(of: plan, publication), alias: publication.alias)
            warnings = checked.warnings
        case .script(let source):
            let findings = PublicationCheck.check(id: publication.id, reservedIDs: administration.catalogue.ownIDs)
            guard findings.isEmpty else { throw Refusal.notPublishable(findings) }
            version = try await administration.workflows.publish(
                script: source, id: publication.id, alias: publication.alias)
        }
        var members = WorkflowJSON.description(version)
        members["alias"] = publication.alias.map { .string($0) } ?? .null
        members["warnings"] = .array(warnings.map { .string($0) })
        return .object(members)
    }

    /// The files that fields name which are no inputs.
    ///
    /// - Throws: ``Refusal`` for each that was not stored before.
    private func files(of plan: PublicationPlan, _ request: PublicationRequest) async throws -> [PublishedFile] {
        var (files, missing) = ([PublishedFile](), [PublicationFinding]())
        for named in plan.namedFiles where named.input == nil {
            let given = request.files.first { $0.field == named.field }
            if let given, try await administration.store.facts(of: given.key) != nil {
                files.append(given)
            } else {
                missing.append(
                    .error(
                        "\(named.field) is the file \(named.file.filename), which has not been stored here:"
                            + " store it first, or make the field an input"))
            }
        }
        guard missing.isEmpty else { throw Refusal.notPublishable(missing) }
        return files
    }
}

/// `PUT /speedpix/files?filename=NAME`: stores a file for a workflow that is published next, or for its try.
struct StoreWorkflowFileCall: AdminCall {
    let method = HTTPRequest.Method.put
    let path = "files"
    let administration: WorkflowAdministration

    func answer(_ request: Request, _ context: GatewayContext) async throws -> JSONValue {
        guard let length = request.headers[.contentLength].flatMap({ Int64($0) }), length >= 0 else {
            throw Refusal("MissingContentLength", "the file needs a Content-Length", status: .lengthRequired)
        }
        let name = request.uri.queryParameters.get("filename") ?? "file"
        let stored = try await administration.storeFile(request.body, named: name, length: length)
        return [
            "key": .string(stored.key.text), "filename": .string(stored.filename),
            "mime_type": .string(stored.mimeType), "size": .integer(stored.size),
        ]
    }
}
