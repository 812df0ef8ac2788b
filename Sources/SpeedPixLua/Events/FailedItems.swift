import LuaRuntime
import SpeedPix

/// Items of a `map` or `settle` that failed, as events: those that are about a prediction are known by its own events.
enum FailedItems {
    /// What the concurrency library calls with an item's error, its index and its label.
    static func primitive(_ host: ScriptHost) -> LuaFunctionDefinition {
        .immediate("item_failed") { arguments in
            let error = try arguments.value(1)
            let fields = error.tableValue
            let code = fields?["code"]?.text
            // One that was stopped, since another one failed or the run ends, did not fail.
            guard fields?["prediction"] == nil, code != SpeedPixError.Code.canceled.rawValue else { return .nil }
            let message = fields?["message"]?.text ?? error.text ?? "an error that is a \(error.typeName)"
            host.onEvent(
                .itemFailed(
                    index: Int(try arguments.integer(2)), label: try arguments.value(3).text, message: message))
            return .nil
        }
    }
}
