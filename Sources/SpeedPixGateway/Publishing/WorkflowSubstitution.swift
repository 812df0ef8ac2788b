import ComfyUI
import SpeedPix

/// Puts a prediction's inputs into the graph of its workflow.
struct WorkflowSubstitution: Sendable {
    /// A graph that can be sent to a server.
    struct Substituted: Sendable, Hashable {
        var graph: WorkflowGraph
        /// The seeds that it runs with: by the names of the inputs that have them, else by `NODE.FIELD`.
        var seeds: [String: JSONValue]
    }

    /// Below which servers save what predictions make.
    static let folder = "speedpix"

    let workflow: PublishedWorkflow

    // MARK: Seeds

    /// Draws a seed for each field that has one, each its own, except for those that the caller has given.
    ///
    /// - Parameters:
    ///   - given: The names of the inputs that came with the create.
    ///   - random: 64 random bits, called once for each.
    func drawnSeeds(given: Set<String>, random: () -> UInt64) -> [SeedValue] {
        let kept = Set(workflow.publishedInputs.filter { given.contains($0.name) }.map(\.field))
        return seedFields.filter { !kept.contains($0.field) }.map { seed in
            // One more than the difference, which is below 2^53.
            let count = UInt64(seed.range.upperBound - seed.range.lowerBound) + 1
            return SeedValue(field: seed.field, value: seed.range.lowerBound + Int64(random() % count))
        }
    }

    private var seedFields: [SeedField] {
        SeedField.all(in: workflow.graph, workflow.definitions, for: workflow.targets)
    }

    // MARK: The graph

    /// - Parameters:
    ///   - prediction: Its id, of letters, digits and hyphens. What servers save lies in a folder of this name.
    ///   - inputs: Checked by ``InputPreparation``.
    ///   - files: For each input that is a file, what the server calls it.
    ///   - placed: For each of the workflow's own files, by its field, what the server calls it.
    ///   - seeds: What ``drawnSeeds(given:random:)`` gave; empty if none were to be drawn.
    /// - Throws: ``WorkflowFailure`` for a value that its field must not have, and for a file without a name.
    func substituted(
        prediction: String, inputs: [String: WorkflowInputValue], files: [String: String] = [:],
        placed: [GraphField: String] = [:], seeds: [SeedValue] = []
    ) throws(WorkflowFailure) -> Substituted {
        var graph = workflow.graph
        for file in workflow.files {
            guard let name = placed[file.field] else {
                throw WorkflowFailure("the workflow's file \(file.filename) has not been uploaded to the server")
            }
            graph[file.field] = .value(.string(name))
        }
        let drawn = Set(seeds.map(\.field))
        for seed in seeds { graph[seed.field] = .value(.integer(seed.value)) }
        for input in workflow.publishedInputs {
            // Of a field whose seed was drawn, none was given: its default must not undo the seed.
            guard let value = inputs[input.name], !drawn.contains(input.field) else { continue }
            graph[input.field] = .value(try json(value, for: input, files: files))
        }
        let used = usedSeeds(in: graph)
        setPrefixes(in: &graph, prediction: prediction)
        return Substituted(graph: graph, seeds: used)
    }

    /// The seeds that a prediction runs with: by the names of the inputs that have them, else by `NODE.FIELD`.
    ///
    /// - Parameters:
    ///   - inputs: Checked by ``InputPreparation``.
    ///   - drawn: What ``drawnSeeds(given:random:)`` gave; empty if none were to be drawn.
    func usedSeeds(inputs: [String: WorkflowInputValue], drawn: [SeedValue]) -> [String: JSONValue] {
        var graph = workflow.graph
        for seed in drawn { graph[seed.field] = .value(.integer(seed.value)) }
        for seed in seedFields where !drawn.contains(where: { $0.field == seed.field }) {
            guard let input = workflow.publishedInputs.first(where: { $0.field == seed.field }),
                let given = inputs[input.name]?.scalar
            else { continue }
            graph[seed.field] = .value(given)
        }
        return usedSeeds(in: graph)
    }

    private func usedSeeds(in graph: WorkflowGraph) -> [String: JSONValue] {
        var used: [String: JSONValue] = [:]
        for seed in seedFields {
            let input = workflow.publishedInputs.first { $0.field == seed.field }
            used[input?.name ?? seed.field.description] = graph[seed.field]?.value
        }
        return used
    }

    /// The value for a field: always a scalar, since a list would read another node.
    private func json(
        _ value: WorkflowInputValue, for input: PublishedInput, files: [String: String]
    ) throws(WorkflowFailure) -> JSONValue {
        if input.kind.isFile {
            guard case .file = value, let name = files[input.name] else {
                throw WorkflowFailure("the input \"\(input.name)\" is a file that has not been uploaded to the server")
            }
            return .string(name)
        }
        switch (input.kind, value) {
        case (.string, .string(let text)): return .string(text)
        case (.int, .integer(let number)): return .integer(number)
        case (.int, .unsigned(let number)): return JSONValue(number)
        case (.float, .number(let number)) where number.isFinite: return .double(number)
        case (.float, .integer(let number)): return .integer(number)
        case (.float, .unsigned(let number)): return JSONValue(number)
        case (.boolean, .boolean(let flag)): return .bool(flag)
        case (.boolean, .string(let text)) where ["true", "false"].contains(text.lowercased()):
            return .bool(text.lowercased() == "true")
        case (.choice, _):
            if let given = value.scalar, let choice = WorkflowInput.choice(given, among: input.choices) {
                return choice
            }
        default: break
        }
        throw WorkflowFailure("the input \"\(input.name)\" must be of the type \(input.kind.rawValue)")
    }

    // MARK: What is saved

    /// Has every node that saves something save it in the prediction's own folder. Nodes that only others need stay as they
    /// are, so that the server takes their results from its cache.
    private func setPrefixes(in graph: inout WorkflowGraph, prediction: String) {
        for (id, node) in graph.nodes {
            let known = workflow.definitions[node.classType]
            guard known?.isOutputNode != false, node.inputs["filename_prefix"] != nil || hasPrefix(known) else {
                continue
            }
            let name = Self.filename(node.inputs["filename_prefix"]?.value?.stringValue ?? "")
            graph[GraphField(id, "filename_prefix")] = .value(.string("\(Self.folder)/\(prediction)/\(name)"))
        }
    }

    private func hasPrefix(_ known: NodeClass?) -> Bool {
        known?.inputs.contains { $0.name == "filename_prefix" && $0.isRequired } ?? false
    }

    /// The last part of a prefix, without what some system's names of files cannot have.
    private static func filename(_ prefix: String) -> String {
        let last = prefix.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last ?? ""
        let name = String(last.prefix(100)).printable()
        let plain = String(name.map { "*:?\"<>|".contains($0) ? "_" : $0 })
        return plain.allSatisfy { $0 == "." || $0 == " " } ? "result" : plain
    }
}
