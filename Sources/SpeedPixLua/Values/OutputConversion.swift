import LuaRuntime
import SpeedPix

/// Turns a workflow's output into what a script gets: every file in it becomes a file value.
struct OutputConversion: Sendable {
    let host: ScriptHost
    /// Whether it comes from a journal.
    var isRecorded = false
    /// How messages call the prediction that it belongs to.
    var owner: String?

    /// What a succeeded prediction gave; nil if nothing is known of it.
    func output(of prediction: Prediction) -> LuaValue? {
        if let placeholder = host.placeholder("output", of: prediction) {
            return prediction.output.map { _ in .object(placeholder) }
        }
        return prediction.outputIncludingInfo.map { json in
            guard case .table(var table) = value(json), table.shape == .object else { return value(json) }
            // Its names are a workflow's, and easily misspelt.
            table.shape = .record
            return .table(table)
        }
    }

    func value(_ json: JSONValue) -> LuaValue {
        if let file = FileOutput(json) {
            return .object(OutputFileObject(file, host: host, isRecorded: isRecorded, owner: owner))
        }
        switch json {
        case .array(let values):
            return .table(LuaTable(items: values.map(value), shape: .array))
        case .object(let members):
            let entries = members.map { (LuaValue.string($0), value($1)) }
            return .table(LuaTable(entries: Dictionary(entries, uniquingKeysWith: { $1 }), shape: .object))
        default:
            return LuaValue(json: json)
        }
    }
}
