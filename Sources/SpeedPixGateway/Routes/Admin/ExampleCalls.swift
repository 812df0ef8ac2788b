import HTTPTypes
import Hummingbird
import SpeedPix

/// `POST /speedpix/workflows/ID/versions/VERSION/try`, with `inputs`: runs a version once with its own values.
///
/// The inputs are those that are files, as objects with `object_key`, `filename` and `mime_type`: their own values lie on a
/// server, and not here.
struct TryVersionCall: AdminCall {
    let method = HTTPRequest.Method.post
    let path = "workflows/:id/versions/:version/try"
    let administration: WorkflowAdministration

    func answer(_ request: Request, _ context: GatewayContext) async throws -> JSONValue {
        let body = try await WorkflowAdministration.body(request)
        let record = try await administration.tryVersion(
            try context.part("version"), of: try context.part("id"), files: body.value("inputs") ?? [:],
            by: administration.keys.own)
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
        let record = try await administration.trial(prediction)
        let seconds = try await administration.keepExample(record, of: id, version: version)
        let progress = record.status.isTerminal ? 1 : record.progress.current.fraction
        return [
            "status": .string(record.status.rawValue), "progress": .double(progress), "seconds": .double(seconds),
            "message": record.failure.map { .string($0) } ?? .null,
            "outputs": .array(record.outputs.keys.sorted().map { .string($0) }),
            "files": .integer(Int64(record.outputs.storedFiles.count)),
        ]
    }
}
