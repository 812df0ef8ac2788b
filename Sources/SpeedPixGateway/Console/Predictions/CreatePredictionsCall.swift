import HTTPTypes
import Hummingbird
import SpeedPix

/// `POST /speedpix/predictions`: makes predictions of one order, up to 16 at once, each with seeds of its own where new ones are
/// wanted. They belong to the key of ``Caller/console``.
struct CreatePredictionsCall: AdminCall {
    /// Predictions of one order at most.
    static let most: Int64 = 16

    let method = HTTPRequest.Method.post
    let path = "predictions"
    let predictions: ConsolePredictions

    func answer(_ request: Request, _ context: GatewayContext) async throws -> JSONValue {
        let configuration = predictions.configuration
        let bytes = try await SignedCallHandler.collect(request, limit: configuration.maximumBodyBytes)
        let body = try CallBody(bytes)
        var order = PredictionOrder(
            workflow: try body.requiredText("workflow"), alias: try body.text("alias"),
            version: try body.text("version"), inputs: body.value("inputs"), size: bytes.count)
        if let label = try body.text("label") { order.label = try PredictionNotes.label(label) }
        // Another result is wanted: also of one whose seed is among its inputs.
        if try body.flag("randomise_seeds", "randomizeSeeds") == true { order.seeds = .all }
        let count = try Self.count(body.value("count"))
        var ids: [JSONValue] = []
        for _ in 0..<count {
            do {
                let record = try await predictions.creation.create(order, by: .console, now: configuration.now())
                ids.append(.string(record.id))
            } catch let error where !ids.isEmpty {
                // Those that there are must be told of.
                let reason = (error as? Refusal)?.message ?? "the gateway failed: \(error)"
                return ["ids": .array(ids), "refused": .string(reason)]
            }
        }
        return ["ids": .array(ids), "refused": nil]
    }

    private static func count(_ value: JSONValue?) throws(Refusal) -> Int64 {
        guard let value else { return 1 }
        guard let count = value.lenientInteger, (1...most).contains(count) else {
            throw .invalidParameter("count must be a whole number from 1 to \(most)")
        }
        return count
    }
}
