import SpeedPix

/// A prediction as the command line shows it.
enum PredictionText {
    /// A line for each thing that is known, the outputs last.
    ///
    /// - Parameter label: What the run that created it called it.
    static func lines(_ prediction: Prediction, label: String? = nil) throws -> [String] {
        var facts: [(String, String)] = [("prediction", prediction.id)]
        if let label = label ?? prediction.label { facts.append(("label", label)) }
        facts.append(("status", prediction.status.rawValue))
        if !prediction.status.isTerminal {
            var progress = "\(Int((min(max(prediction.progress.fraction, 0), 1) * 100).rounded())) %"
            if let eta = prediction.progress.eta { progress += ", about \(eta.formattedSeconds) left" }
            if let queue = prediction.progress.queueLength, queue > 0 { progress += ", \(queue) before it" }
            facts.append(("progress", progress))
        }
        if let error = prediction.error { facts.append(("error", error)) }
        if let time = prediction.metrics.predictTime { facts.append(("computed in", time.formattedSeconds)) }
        if prediction.succeededWithoutOutput { facts.append(("output", "none at all")) }
        facts += try outputs(prediction.outputIncludingInfo)
        return facts.map { "\($0): \($1)".printable() }
    }

    /// The named outputs: a URL for a file, JSON for anything else.
    static func outputs(_ output: JSONValue?) throws -> [(String, String)] {
        guard let output, output != .null else { return [] }
        guard case .object(let members) = output, FileOutput(output) == nil else { return try values("output", output) }
        return try members.sorted { $0.key < $1.key }.flatMap { try values($0.key, $0.value) }
    }

    private static func values(_ name: String, _ value: JSONValue) throws -> [(String, String)] {
        if let file = FileOutput(value) { return [(name, file.url)] }
        if case .string(let text) = value { return [(name, text)] }
        if case .array(let items) = value, !items.isEmpty, items.allSatisfy({ FileOutput($0) != nil }) {
            return try items.enumerated().flatMap { try values("\(name)[\($0 + 1)]", $1) }
        }
        return [(name, String(decoding: try value.encoded(), as: UTF8.self))]
    }

    /// For `--json`.
    ///
    /// - Parameters:
    ///   - label: What the run that created it called it.
    ///   - paths: Where files were saved, by their URLs.
    static func json(
        _ prediction: Prediction, label: String? = nil, paths: [String: String] = [:]
    ) -> JSONValue {
        let files = prediction.files.map { file in
            var members: [String: JSONValue] = ["url": .string(file.url), "filename": .string(file.filename)]
            if let size = file.size { members["size"] = .integer(size) }
            if let path = paths[file.url] { members["path"] = .string(path) }
            return JSONValue.object(members)
        }
        var value: [String: JSONValue] = [
            "id": .string(prediction.id), "status": .string(prediction.status.rawValue),
            "workflow_id": prediction.workflowID.map(JSONValue.string) ?? .null,
            "output": prediction.outputIncludingInfo ?? .null, "error": prediction.error.map(JSONValue.string) ?? .null,
            "progress": .double(prediction.progress.fraction), "files": .array(files),
        ]
        if let label = label ?? prediction.label { value["label"] = .string(label) }
        if let info = prediction.info { value["info"] = info }
        if let time = prediction.metrics.predictTime { value["predict_seconds"] = .double(time / .seconds(1)) }
        return .object(value)
    }
}
