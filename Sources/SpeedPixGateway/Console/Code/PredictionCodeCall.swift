import HTTPTypes
import Hummingbird
import SpeedPix

/// `GET /speedpix/predictions/ID/code?language=LANGUAGE`: a program that makes the same prediction again.
struct PredictionCodeCall: AdminCall {
    let method = HTTPRequest.Method.get
    let path = "predictions/:id/code"
    let predictions: ConsolePredictions

    func answer(_ request: Request, _ context: GatewayContext) async throws -> JSONValue {
        let name = QueryParameters(request).text("language") ?? ""
        guard let language = PredictionCode.Language(rawValue: name) else {
            let names = PredictionCode.Language.allCases.map(\.rawValue).joined(separator: ", ")
            throw Refusal.invalidParameter("language must be one of \(names), not \"\(name.prefix(50))\"")
        }
        let record = try await predictions.queue.shown(try context.part("id"))
        let code = PredictionCode(
            workflow: record.workflowID, version: version(of: record), inputs: try await predictions.inputs(of: record),
            outputs: record.outputs, endpoint: try SignedCallHandler.origin(of: request, predictions.configuration))
        return ["language": .string(language.rawValue), "text": .string(try code.text(in: language))]
    }

    /// Nil for what the alias `main` stands for, which is what people go on with.
    private func version(of record: PredictionRecord) -> String? {
        guard let version = record.version, predictions.catalogue.own(record.workflowID) == nil else { return nil }
        let line = predictions.catalogue.published?.store.versions.lines[record.workflowID]
        let main = line?.aliases[PublishedVersions.mainAlias].map { PublishedVersion.name($0) }
        return main == version ? nil : version
    }
}
