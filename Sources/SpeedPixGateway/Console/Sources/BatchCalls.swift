import HTTPTypes
import Hummingbird
import SpeedPix

/// `GET /speedpix/batches`: the batches in the queue, the newest first.
struct ListBatchesCall: AdminCall {
    let method = HTTPRequest.Method.get
    let path = "batches"
    let source: any BatchesSource

    func answer(_ request: Request, _ context: GatewayContext) async throws -> JSONValue {
        try await answered { ["batches": .array(try await source.batches())] }
    }
}

/// `GET /speedpix/batches/NAME`, with `offset`, `limit` and `state`: a batch with some of its rows.
struct ShowBatchCall: AdminCall {
    let method = HTTPRequest.Method.get
    let path = "batches/:name"
    let source: any BatchesSource

    func answer(_ request: Request, _ context: GatewayContext) async throws -> JSONValue {
        let name = try context.part("name")
        let parameters = QueryParameters(request)
        let window = BatchWindow(
            offset: try parameters.number("offset", in: 0...Int.max) ?? 0,
            limit: try parameters.number("limit", in: 1...BatchWindow.most) ?? BatchWindow.most,
            state: parameters.text("state"))
        return try await answered { try await source.batch(name, window) }
    }
}
