import HTTPTypes
import Hummingbird
import SpeedPix

/// `GET /speedpix/predictions`: a part of the list, the newest first, filtered as ``PredictionListQuery`` has it.
struct ListPredictionsCall: AdminCall {
    let method = HTTPRequest.Method.get
    let path = "predictions"
    let predictions: ConsolePredictions

    func answer(_ request: Request, _ context: GatewayContext) async throws -> JSONValue {
        let query = try PredictionListQuery(QueryParameters(request))
        let running = await predictions.queue.running.map(\.record.number)
        let page = try await predictions.database.list(query, running: running)
        return [
            "total": .integer(Int64(page.total)), "through": .integer(Int64(page.through)),
            "offset": .integer(Int64(query.offset)),
            "predictions": .array(await predictions.summaries.summaries(of: page.records)),
        ]
    }
}

/// `GET /speedpix/prediction-filters`: the workflows, application keys and labels that there are predictions of.
struct PredictionFiltersCall: AdminCall {
    let method = HTTPRequest.Method.get
    let path = "prediction-filters"
    let predictions: ConsolePredictions

    func answer(_ request: Request, _ context: GatewayContext) async throws -> JSONValue {
        let filters = try await predictions.database.filters()
        return [
            "workflows": .array(filters.workflows.map { .string($0) }),
            "keys": .array(filters.keys.map { .string($0) }), "labels": .array(filters.labels.map { .string($0) }),
        ]
    }
}
