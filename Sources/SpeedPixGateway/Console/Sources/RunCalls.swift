import HTTPTypes
import Hummingbird
import SpeedPix

/// `GET /speedpix/runs`, with `limit`: the runs of scripts on this machine, the newest first.
struct ListRunsCall: AdminCall {
    /// How many are told if nothing is said.
    private static let usual = 100
    private static let most = 1000

    let method = HTTPRequest.Method.get
    let path = "runs"
    let source: any RunsSource

    func answer(_ request: Request, _ context: GatewayContext) async throws -> JSONValue {
        let limit = try QueryParameters(request).number("limit", in: 1...Self.most) ?? Self.usual
        return try await answered { ["runs": .array(try await source.runs(limit: limit))] }
    }
}

/// `GET /speedpix/runs/ID`: a run with its predictions.
struct ShowRunCall: AdminCall {
    let method = HTTPRequest.Method.get
    let path = "runs/:id"
    let source: any RunsSource

    func answer(_ request: Request, _ context: GatewayContext) async throws -> JSONValue {
        let number = try context.runNumber()
        return try await answered { try await source.run(number) }
    }
}

/// `POST /speedpix/runs/ID/settle`, with `prediction`, its position or its number, and `outcome`: `created` with the `id` that the
/// service has it under, `not_created`, or `again`.
struct SettleRunCall: AdminCall {
    let method = HTTPRequest.Method.post
    let path = "runs/:id/settle"
    let source: any RunsSource

    func answer(_ request: Request, _ context: GatewayContext) async throws -> JSONValue {
        let number = try context.runNumber()
        let body = try await WorkflowAdministration.body(request)
        let prediction = try body.requiredText("prediction")
        let settlement: ConsoleSettlement
        switch try body.requiredText("outcome") {
        case "created":
            let id = try body.requiredText("id")
            guard id.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
                throw Refusal.invalidParameter("\"\(id.prefix(80).description.printable())\" is not a prediction's id")
            }
            settlement = .created(id: id)
        case "not_created": settlement = .notCreated
        case "again": settlement = .again
        default: throw Refusal.invalidParameter("outcome is one of created, not_created and again")
        }
        return try await answered {
            try await source.settle(number, prediction, as: settlement)
            return try await source.run(number)
        }
    }
}

extension GatewayContext {
    /// - Throws: ``Refusal`` for a path whose `id` is no number of a run.
    fileprivate func runNumber() throws(Refusal) -> Int64 {
        let text = try part("id")
        guard let number = Int64(text), number > 0 else {
            throw Refusal("NotFound", "there is no run \(text.prefix(20))")
        }
        return number
    }
}
