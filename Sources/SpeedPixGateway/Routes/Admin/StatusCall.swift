import HTTPTypes
import Hummingbird
import SpeedPix

/// `GET /speedpix/status`: what the gateway has to do, and how much it keeps.
struct StatusCall: AdminCall {
    let method = HTTPRequest.Method.get
    let path = "status"
    let configuration: GatewayConfiguration
    let catalogue: WorkflowCatalogue
    let queue: PredictionQueue
    let store: ObjectStore
    let keys: ApplicationKeys

    func answer(_ request: Request, _ context: GatewayContext) async throws -> JSONValue {
        let load = await queue.load
        return [
            "version": .string(SpeedPixVersion.current), "waiting": .integer(Int64(load.waiting)),
            "running": .integer(Int64(load.running)), "storedBytes": .integer(try await store.usage.total()),
            "maximumStoredBytes": configuration.maximumStoredBytes.map { .integer($0) } ?? .null,
            "keys": .integer(Int64(keys.count)), "workflows": .array(catalogue.ids.map { .string($0) }),
        ]
    }
}
