package import SpeedPix

extension RowLogFact {
    /// As it stands in an entry.
    package var json: JSONValue {
        switch self {
        case .taken(let worker, let take): Self.object("taken", ["worker": .string(worker), "take": .string(take)])
        case .released(let reason): Self.object("released", ["reason": .string(reason)])
        case .intent(let intent): Self.object("intent", intent.members)
        case .withdrawn(let create): Self.object("withdrawn", ["create": .string(create)])
        case .created(let create, let record, let intent):
            Self.object(
                "created",
                [
                    "create": .string(create), "record": record,
                    "intent": intent.map { .object($0.members) },
                ])
        case .inDoubt(let create, let problem):
            Self.object("in_doubt", ["create": .string(create), "problem": .string(problem)])
        case .ended(let create, let state, let record):
            Self.object("ended", ["create": .string(create), "state": .string(state), "record": record])
        case .value(let name, let value): Self.object("value", ["name": .string(name), "value": value])
        case .settled(let create, let predictionID):
            Self.object("settled", ["create": .string(create), "prediction": predictionID.map { .string($0) }])
        case .result(let generation, let result):
            Self.object("result", ["generation": .integer(Int64(generation)), "result": result])
        case .again(let generation): Self.object("again", ["generation": .integer(Int64(generation))])
        }
    }

    private static func object(_ kind: String, _ members: [String: JSONValue?]) -> JSONValue {
        var members = members.compactMapValues(\.self)
        members["fact"] = .string(kind)
        return .object(members)
    }

    /// Nil for what is no fact that this version knows.
    package init?(_ json: JSONValue) {
        let create = json["create"]?.stringValue ?? ""
        let generation = json["generation"]?.lenientInteger.flatMap { Int(exactly: $0) } ?? 0
        switch json["fact"]?.stringValue {
        case "taken":
            guard let worker = json["worker"]?.stringValue, let take = json["take"]?.stringValue else { return nil }
            self = .taken(worker: worker, take: take)
        case "released": self = .released(reason: json["reason"]?.stringValue ?? "")
        case "intent":
            guard let intent = LoggedIntent(json) else { return nil }
            self = .intent(intent)
        case "withdrawn" where !create.isEmpty: self = .withdrawn(create: create)
        case "created" where !create.isEmpty:
            guard let record = json["record"], Prediction(record: record) != nil else { return nil }
            self = .created(create: create, record: record, intent: json["intent"].flatMap(LoggedIntent.init))
        case "in_doubt" where !create.isEmpty:
            self = .inDoubt(create: create, problem: json["problem"]?.stringValue ?? "")
        case "ended" where !create.isEmpty:
            guard let state = json["state"]?.stringValue, let record = json["record"],
                Prediction(record: record) != nil
            else { return nil }
            self = .ended(create: create, state: state, record: record)
        case "value":
            guard let name = json["name"]?.stringValue else { return nil }
            self = .value(name: name, value: json["value"] ?? .null)
        case "settled" where !create.isEmpty:
            self = .settled(create: create, predictionID: json["prediction"]?.stringValue)
        case "result" where generation > 0: self = .result(generation: generation, result: json["result"] ?? .null)
        case "again" where generation > 0: self = .again(generation: generation)
        default: return nil
        }
    }
}

extension LoggedIntent {
    fileprivate var members: [String: JSONValue] {
        var members: [String: JSONValue] = ["create": .string(create), "workflow": .string(workflowID)]
        members["position"] = position.map { .string($0.rawValue) }
        members["digest"] = digest.map { .string($0) }
        members["label"] = label.map { .string($0) }
        if !inputs.isEmpty { members["inputs"] = .object(inputs.mapValues { .string($0) }) }
        if !input.isEmpty { members["input"] = .object(input) }
        return members
    }

    fileprivate init?(_ json: JSONValue) {
        guard let create = json["create"]?.stringValue, let workflowID = json["workflow"]?.stringValue else {
            return nil
        }
        self.init(
            create: create, position: json["position"]?.stringValue.map { CreatePosition(rawValue: $0) },
            digest: json["digest"]?.stringValue,
            inputs: json["inputs"]?.objectValue?.compactMapValues(\.stringValue) ?? [:], workflowID: workflowID,
            label: json["label"]?.stringValue, input: json["input"]?.objectValue ?? [:])
    }
}
