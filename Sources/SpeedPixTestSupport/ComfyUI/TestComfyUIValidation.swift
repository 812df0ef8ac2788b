import SpeedPix

/// What ComfyUI looks at before it puts a prompt into its queue.
struct TestComfyUIValidation {
    enum Outcome {
        /// The outputs that will run, and what is wrong with others.
        case accepted(outputs: [String], nodeErrors: JSONValue)
        /// The answer of a refusal.
        case refused(JSONValue)
    }

    let graph: [String: JSONValue]
    let classes: JSONValue
    /// The names of the files in the input folder.
    let inputFiles: Set<String>

    func outcome(targets: [String]?) -> Outcome {
        for id in graph.keys.sorted() {
            let type = graph[id]?["class_type"]?.stringValue ?? ""
            guard classes[type] == nil else { continue }
            let title = graph[id]?["_meta"]?["title"] ?? .string(type)
            return .refused(
                Self.error(
                    "missing_node_type", "Node '\(title.stringValue ?? type)' not found.",
                    extra: ["node_id": .string(id), "class_type": .string(type), "node_title": title]))
        }
        let outputs = graph.keys.sorted().filter { id in
            let isOutput = definition(id)?["output_node"] == .bool(true)
            return isOutput && (targets?.contains(id) ?? true)
        }
        guard !outputs.isEmpty else { return .refused(Self.error("prompt_no_outputs", "Prompt has no outputs")) }
        var nodeErrors: [String: JSONValue] = [:]
        var good: [String] = []
        for output in outputs {
            var visited: Set<String> = []
            let errors = problems(output, &visited)
            if errors.isEmpty {
                good.append(output)
                continue
            }
            for (id, list) in errors {
                nodeErrors[id] = [
                    "errors": .array(list), "dependent_outputs": [.string(output)],
                    "class_type": graph[id]?["class_type"] ?? .null,
                ]
            }
        }
        guard !good.isEmpty else {
            return .refused(
                Self.error(
                    "prompt_outputs_failed_validation", "Prompt outputs failed validation", nodeErrors: nodeErrors))
        }
        return .accepted(outputs: good, nodeErrors: .object(nodeErrors))
    }

    /// The body of a refusal.
    static func error(
        _ type: String, _ message: String, details: String = "", extra: [String: JSONValue] = [:],
        nodeErrors: [String: JSONValue] = [:]
    ) -> JSONValue {
        [
            "error": [
                "type": .string(type), "message": .string(message), "details": .string(details),
                "extra_info": .object(extra),
            ],
            "node_errors": .object(nodeErrors),
        ]
    }

    private func definition(_ id: String) -> JSONValue? {
        graph[id]?["class_type"]?.stringValue.flatMap { classes[$0] }
    }

    /// What is wrong with a node and with those that it depends on, by their ids.
    private func problems(_ id: String, _ visited: inout Set<String>) -> [String: [JSONValue]] {
        guard visited.insert(id).inserted else { return [:] }
        var found: [String: [JSONValue]] = [:]
        for (name, description) in definition(id)?["input"]?["required"]?.objectValue ?? [:] {
            guard let value = graph[id]?["inputs"]?[name] else {
                found[id, default: []].append(
                    Self.problem("required_input_missing", "Required input is missing", name, name, [:]))
                continue
            }
            if let link = value.arrayValue {
                let source = link.first?.stringValue ?? ""
                found.merge(problems(source, &visited)) { $0 + $1 }
            } else if let finding = finding(id, name, value, description.arrayValue ?? []) {
                found[id, default: []].append(finding)
            }
        }
        return found
    }

    private func finding(_ id: String, _ name: String, _ value: JSONValue, _ description: [JSONValue]) -> JSONValue? {
        let options = description.count > 1 ? description[1] : .null
        let extra: [String: JSONValue] = [
            "input_name": .string(name), "received_value": value, "input_config": .array(description),
        ]
        if graph[id]?["class_type"] == .string("LoadImage"), name == "image" {
            let file = value.stringValue ?? ""
            // Not with `?:`, in which nil would be JSON's null.
            if inputFiles.contains(file) { return nil }
            return Self.problem(
                "custom_validation_failed", "Custom validation failed for node", "image - Invalid image file: \(file)",
                name, extra)
        }
        if let number = value.lenientDouble {
            if let least = options["min"]?.lenientDouble, number < least {
                return Self.problem(
                    "value_smaller_than_min", "Value \(number) smaller than min of \(least)", name, name, extra)
            }
            if let most = options["max"]?.lenientDouble, number > most {
                return Self.problem(
                    "value_bigger_than_max", "Value \(number) bigger than max of \(most)", name, name, extra)
            }
        }
        let type = description.first?.stringValue
        if type == "INT" || type == "FLOAT", value.lenientDouble == nil {
            return Self.problem(
                "invalid_input_type", "Failed to convert an input value to a \(type ?? "") value", name, name, extra)
        }
        guard let choices = description.first?.arrayValue ?? options["options"]?.arrayValue, !choices.contains(value)
        else { return nil }
        return Self.problem("value_not_in_list", "Value not in list", "\(name): not in the list", name, extra)
    }

    private static func problem(
        _ type: String, _ message: String, _ details: String, _ input: String, _ extra: [String: JSONValue]
    ) -> JSONValue {
        [
            "type": .string(type), "message": .string(message), "details": .string(details),
            "extra_info": .object(extra.merging(["input_name": .string(input)], uniquingKeysWith: { $1 })),
        ]
    }
}
