import HTTPTypes
import Hummingbird
import SpeedPix

/// `GET /speedpix/faults`: what goes wrong on purpose, and what has lately.
struct FaultsCall: AdminCall {
    let method = HTTPRequest.Method.get
    let path = "faults"
    let log: FaultLog

    func answer(_ request: Request, _ context: GatewayContext) async throws -> JSONValue { log.json }
}
