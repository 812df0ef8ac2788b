import ComfyUI
import SpeedPix
import Testing

@testable import SpeedPixGateway

@Suite("Inputs into the graph")
struct WorkflowSubstitutionTests {
    private static let file = WorkflowInputValue.file(
        WorkflowInputFile(path: "/data/x", filename: "x.png", mimeType: "image/png"))

    private func substituted(
        _ inputs: [String: WorkflowInputValue], seeds: [SeedValue] = []
    ) throws -> WorkflowSubstitution.Substituted {
        try WorkflowSubstitution(workflow: PublishingFixture.published()).substituted(
            prediction: "p-1", inputs: inputs.merging(["image": Self.file]) { given, _ in given },
            files: ["image": "speedpix/abc.png"], seeds: seeds)
    }

    @Test("WorkflowSubstitution: only fields of inputs and prefixes of savers change")
    func values() throws {
        let result = try substituted([
            "text": .string("[\"1\", 0]"), "seed": .unsigned(.max - 1), "cfg": .number(7.5),
            "sampler": .string("dpmpp_2m"),
            "tiled": .boolean(true), "bits": .string("8-bit"),
        ])
        var expected = PublishingFixture.graph
        expected[GraphField("1", "image")] = .value("speedpix/abc.png")
        expected[GraphField("6", "text")] = .value("[\"1\", 0]")
        expected[GraphField("3", "seed")] = .value(.unsigned(.max - 1))
        expected[GraphField("3", "cfg")] = .value(7.5)
        expected[GraphField("3", "sampler_name")] = .value("dpmpp_2m")
        expected[GraphField("3", "tiled")] = .value(true)
        expected[GraphField("57:8", "format.bit_depth")] = .value("8-bit")
        expected[GraphField("10", "filename_prefix")] = .value("speedpix/p-1/shop")
        expected[GraphField("57:8", "filename_prefix")] = .value("speedpix/p-1/x")
        #expect(result.graph == expected)
        #expect(result.seeds == ["seed": .unsigned(.max - 1), "12.value": 7])
    }

    @Test("WorkflowSubstitution: an input that was not given leaves the graph's own value")
    func missing() throws {
        let result = try substituted([:])
        #expect(result.graph[GraphField("3", "seed")] == .value(.unsigned(.max)))
        #expect(result.graph[GraphField("3", "tiled")] == nil)
    }

    static let refused: [(String, WorkflowInputValue)] = [
        ("text", .any(["1", 0])), ("text", .integer(5)), ("seed", .number(3.9)), ("seed", .string("3")),
        ("seed", .any(["a": 1])), ("cfg", .string("8")), ("cfg", .number(.nan)), ("tiled", .integer(1)),
        ("tiled", .string("yes")), ("bits", .string("32-bit")), ("bits", .any(["8-bit"])), ("image", .string("x.png")),
    ]

    @Test("WorkflowSubstitution: a value of another type never reaches the graph", arguments: refused)
    func refusal(_ name: String, _ value: WorkflowInputValue) {
        let failure = #expect(throws: WorkflowFailure.self) { try substituted([name: value]) }
        #expect(failure?.message.contains("the input \"\(name)\"") == true)
    }

    @Test("WorkflowSubstitution: a file that the server has no name for is refused")
    func missingFile() throws {
        let workflow = try PublishingFixture.published()
        #expect(throws: WorkflowFailure.self) {
            try WorkflowSubstitution(workflow: workflow).substituted(prediction: "p", inputs: ["image": Self.file])
        }
    }

    @Test("WorkflowSubstitution: the workflow's own files get the server's names")
    func ownFiles() throws {
        let field = GraphField("1", "image")
        let published = PublishedFile(
            field: field, filename: "photo.png", key: ObjectKey(.uploads, uniqueName: "u", filename: "photo.png"),
            mimeType: "image/png")
        let workflow = PublishedWorkflow(
            id: "x", graph: PublishingFixture.graph, inputs: [], outputs: [],
            definitions: PublishingFixture.definitions,
            files: [published])
        let substitution = WorkflowSubstitution(workflow: workflow)
        let graph = try substitution.substituted(prediction: "p", inputs: [:], placed: [field: "speedpix/u.png"]).graph
        #expect(graph[field] == .value("speedpix/u.png"))
        #expect(throws: WorkflowFailure.self) { try substitution.substituted(prediction: "p", inputs: [:]) }
    }

    // MARK: Prefixes

    static let prefixes: [(GraphInput?, String)] = [
        (.value("ComfyUI"), "ComfyUI"), (.value("a/b/c"), "c"), (.value("a\\b"), "b"), (.value(""), "result"),
        (.value(".."), "result"), (.value("../.."), "result"), (.value("/"), "result"),
        (.value("%date:yyyy%"), "%date_yyyy%"), (.value("猫"), "猫"), (.link(node: "2", output: 0), "result"),
        (nil, "result"),
    ]

    @Test("WorkflowSubstitution: a saver's prefix stays in the prediction's folder", arguments: prefixes)
    func prefix(_ prefix: GraphInput?, _ name: String) throws {
        var graph = WorkflowGraph(nodes: [
            "1": GraphNode("SaveImage"),
            // Not a saver, whatever its field is called.
            "2": GraphNode("Text", inputs: ["filename_prefix": .value("mine")]),
            "3": GraphNode("Unknown", inputs: ["filename_prefix": .value("a/b")]),
        ])
        graph.nodes["1"]?.inputs["filename_prefix"] = prefix
        var definitions = PublishingFixture.definitions
        definitions.classes["Text"] = NodeClass("Text")
        let workflow = PublishedWorkflow(id: "x", graph: graph, inputs: [], outputs: [], definitions: definitions)
        let result = try WorkflowSubstitution(workflow: workflow).substituted(prediction: "p", inputs: [:]).graph
        #expect(result[GraphField("1", "filename_prefix")] == .value(.string("speedpix/p/\(name)")))
        #expect(result[GraphField("2", "filename_prefix")] == .value("mine"))
        #expect(result[GraphField("3", "filename_prefix")] == .value("speedpix/p/b"))
    }

    // MARK: Seeds

    @Test("WorkflowSubstitution: each seed is drawn by itself within 2^53, followed to the node that has it")
    func drawn() throws {
        let substitution = WorkflowSubstitution(workflow: try PublishingFixture.published())
        var bits: [UInt64] = [.max, 5]
        let seeds = substitution.drawnSeeds(given: []) { bits.removeFirst() }
        #expect(
            seeds == [
                SeedValue(field: GraphField("3", "seed"), value: (1 << 53) - 1),
                SeedValue(field: GraphField("12", "value"), value: 5),
            ])
        // The default of the input, which every create has, does not undo it.
        let result = try substituted(["seed": .unsigned(.max), "text": .string("x")], seeds: seeds)
        #expect(result.graph[GraphField("3", "seed")] == .value(9_007_199_254_740_991))
        #expect(result.graph[GraphField("12", "value")] == .value(5))
        #expect(result.graph[GraphField("57:3", "noise_seed")] == .link(node: "12", output: 0))
        #expect(result.seeds == ["seed": 9_007_199_254_740_991, "12.value": 5])
    }

    @Test("WorkflowSubstitution: a seed that was given stays")
    func given() throws {
        let substitution = WorkflowSubstitution(workflow: try PublishingFixture.published())
        let seeds = substitution.drawnSeeds(given: ["seed", "text"]) { 9 }
        #expect(seeds == [SeedValue(field: GraphField("12", "value"), value: 9)])
        let result = try substituted(["seed": .integer(4)], seeds: seeds)
        #expect(result.seeds == ["seed": 4, "12.value": 9])
    }

    /// Bounds of the class, what is drawn from 8, and nil for a field that is no seed.
    static let bounds: [(NodeInputDefinition, JSONValue, Int64?)] = [
        (NodeInputDefinition("seed", .int(min: 5, max: 9, step: nil)), 7, 8),
        (NodeInputDefinition("noise_seed", .int(min: .integer(-5), max: 6, step: nil)), 7, 1),
        (NodeInputDefinition("seed", .int(min: nil, max: nil, step: nil)), 7, 8),
        (
            NodeInputDefinition("x", .int(min: 0, max: 100, step: nil), options: ["control_after_generate": "fixed"]),
            7, 8
        ),
        (NodeInputDefinition("x", .int(min: 0, max: 100, step: nil)), 7, nil),
        (NodeInputDefinition("seed", .int(min: .integer(-9), max: .integer(-1), step: nil)), 7, nil),
        (NodeInputDefinition("seed", .string(isMultiline: false)), "7", nil),
        (NodeInputDefinition("seed", .float(min: 0, max: 1, step: nil)), 0.5, nil),
        (
            NodeInputDefinition("x", .choice(["a"], upload: nil), options: ["control_after_generate": true]), "a", nil
        ),
    ]

    @Test("SeedField: seeds are known by control or name, and drawn within their bounds", arguments: bounds)
    func range(_ definition: NodeInputDefinition, _ value: JSONValue, _ drawn: Int64?) {
        let graph = WorkflowGraph(nodes: ["1": GraphNode("Dice", inputs: [definition.name: .value(value)])])
        let workflow = PublishedWorkflow(
            id: "x", graph: graph, inputs: [], outputs: [PublishedOutput("o", GraphField("1", "o"))],
            definitions: NodeDefinitions([NodeClass("Dice", inputs: [definition])]))
        let seeds = WorkflowSubstitution(workflow: workflow).drawnSeeds(given: []) { 8 }
        #expect(seeds.map(\.value) == [drawn].compactMap { $0 })
    }

    @Test("SeedField: two nodes that share a seed have one, within the bounds of both")
    func shared() {
        func seed(_ low: JSONValue, _ high: JSONValue) -> [NodeInputDefinition] {
            [NodeInputDefinition("seed", .int(min: low, max: high, step: nil))]
        }
        let definitions = NodeDefinitions([
            NodeClass("A", inputs: seed(0, 20)), NodeClass("B", inputs: seed(10, 100)),
            NodeClass("Value", inputs: [NodeInputDefinition("value", .int(min: nil, max: nil, step: nil))]),
        ])
        let graph = WorkflowGraph(nodes: [
            "1": GraphNode("A", inputs: ["seed": .link(node: "3", output: 0)]),
            "2": GraphNode("B", inputs: ["seed": .link(node: "3", output: 0), "in": .link(node: "1", output: 0)]),
            "3": GraphNode("Value", inputs: ["value": .value(1)]),
            "4": GraphNode("A", inputs: ["seed": .value(2)]),
        ])
        let seeds = SeedField.all(in: graph, definitions, for: ["2"])
        #expect(seeds == [SeedField(field: GraphField("3", "value"), range: 10...20)])
    }
}
