import HTTPTypes
import Hummingbird
import SpeedPix

/// `POST /speedpix/workflows/ID/versions/VERSION/try`, with `inputs`: runs a version once with its own values.
///
/// The inputs are those that are files, as objects with `object_key`, `filename` and `mime_type`: their own values lie on a
/// server, and not here.
struct TryVersionCall: AdminCall {
    /// How long the URLs that are made of the files must be good for, in seconds: until the prediction is checked.
    private static let lifetime: Int64 = 3600

    let method = HTTPRequest.Method.post
    let path = "workflows/:id/versions/:version/try"
    let administration: WorkflowAdministration

    func answer(_ request: Request, _ context: GatewayContext) async throws -> JSONValue {
        let body = try await WorkflowAdministration.body(request)
        let offered = try administration.catalogue.workflow(
            try context.part("id"), alias: nil, version: try context.part("version"))
        guard offered.workflow is PublishedWorkflow else {
            throw Refusal.invalidParameter(
                "\(offered.workflow.id) is not from ComfyUI, and so has no values of its own")
        }
        let text = String(decoding: try (body.value("inputs") ?? [:]).encoded(), as: UTF8.self)
        guard let files = StoredInputs(text) else { throw Refusal.invalidParameter("inputs must be an object") }
        let now = administration.configuration.now()
        let given = files.given(
            to: offered.workflow, signedBy: administration.urls,
            expires: Int64(now.timeIntervalSince1970) + Self.lifetime)
        let prepared = try await administration.preparation.prepare(given, for: offered.workflow, now: now)
        try await offered.backend.check(offered.workflow, inputs: prepared)
        let record = try await administration.queue.submit(
            offered, inputs: prepared, given: given, footprint: 1024 + text.utf8.count, by: administration.keys.own)
        return ["prediction": .string(record.id), "status": .string(record.status.rawValue)]
    }
}

/// `PUT /speedpix/workflows/ID/versions/VERSION/example`, with `prediction`: how a try stands, which becomes the version's
/// example when it has succeeded.
struct KeepExampleCall: AdminCall {
    let method = HTTPRequest.Method.put
    let path = "workflows/:id/versions/:version/example"
    let administration: WorkflowAdministration

    func answer(_ request: Request, _ context: GatewayContext) async throws -> JSONValue {
        let (id, version) = (try context.part("id"), try context.part("version"))
        let prediction = try await WorkflowAdministration.body(request).requiredText("prediction")
        let record = try await administration.queue.prediction(prediction, for: administration.keys.own)
        guard record.workflowID == id else {
            throw Refusal.invalidParameter("the prediction \(prediction) is one of \(record.workflowID)")
        }
        let seconds = record.duration.map { $0 / .seconds(1) } ?? 0
        if record.status == .succeeded {
            try await administration.workflows.setExample(
                .object(record.outputs.mapValues(\.json)), seconds: seconds, of: id, version: version)
        }
        let progress = record.status.isTerminal ? 1 : record.progress.current.fraction
        return [
            "status": .string(record.status.rawValue), "progress": .double(progress), "seconds": .double(seconds),
            "message": record.failure.map { .string($0) } ?? .null,
            "outputs": .array(record.outputs.keys.sorted().map { .string($0) }),
            "files": .integer(Int64(record.outputs.storedFiles.count)),
        ]
    }
}
