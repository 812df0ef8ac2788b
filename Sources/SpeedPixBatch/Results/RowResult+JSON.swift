package import SpeedPix

extension RowResult {
    /// As a journal keeps it, and a queue carries it.
    package var json: JSONValue {
        var members: [String: JSONValue] = [
            "state": .string(state.rawValue), "predictions": .array(predictions.map { .string($0) }),
            "values": .object(Dictionary(values.map { ($0.name, $0.value) }) { $1 }),
        ]
        if let failure {
            members["error"] = [
                "code": .string(failure.code), "message": .string(failure.message),
                "retryable": .bool(failure.isRetryable),
            ]
        }
        if let duration { members["seconds"] = .double(duration / .seconds(1)) }
        if !files.isEmpty { members["files"] = .array(files.map { .string($0) }) }
        if !warnings.isEmpty { members["warnings"] = .array(warnings.map { .string($0) }) }
        return .object(members)
    }

    /// - Returns: Nil for what no batch has written.
    package init?(json: JSONValue) {
        guard case .object(let members) = json, let word = members["state"]?.stringValue,
            let state = State(rawValue: word)
        else { return nil }
        self.init(state)
        if case .object(let error)? = members["error"], let code = error["code"]?.stringValue {
            failure = Failure(
                code: code, message: error["message"]?.stringValue ?? "", isRetryable: error["retryable"] == .bool(true)
            )
        }
        func texts(_ name: String) -> [String] { (members[name]?.arrayValue ?? []).compactMap(\.stringValue) }
        (predictions, files, warnings) = (texts("predictions"), texts("files"), texts("warnings"))
        switch members["seconds"] {
        case .double(let seconds)?: duration = .seconds(seconds)
        case .integer(let seconds)?: duration = .seconds(seconds)
        default: break
        }
        guard case .object(let values)? = members["values"] else { return }
        self.values = values.map { ($0.key, $0.value) }.sorted { $0.0 < $1.0 }
    }
}
