import SpeedPix
import Testing

@testable import ComfyUI

@Suite("Where a field's value comes from")
struct GraphOriginTests {
    static let graph = WorkflowGraph(nodes: [
        "3": GraphNode(
            "KSampler",
            inputs: [
                "seed": .link(node: "57:8", output: 0), "steps": .value(20), "cfg": .link(node: "6", output: 0),
                "model": .link(node: "9", output: 0), "denoise": .link(node: "12", output: 0),
                "loop": .link(node: "14", output: 0),
            ]),
        // Gives on what it takes.
        "57:8": GraphNode("Reroute", inputs: ["": .link(node: "5", output: 0)]),
        "5": GraphNode("SeedBox", inputs: ["seed": .value(7), "comment": .value("mine")]),
        "6": GraphNode("PrimitiveFloat", inputs: ["value": .value(8.5)]),
        "9": GraphNode("LoRA", inputs: ["name": .value("a"), "model": .link(node: "6", output: 0)]),
        "12": GraphNode("Two", inputs: ["a": .value(1), "b": .value(2)]),
        "14": GraphNode("Reroute", inputs: ["": .link(node: "15", output: 0)]),
        "15": GraphNode("Reroute", inputs: ["": .link(node: "14", output: 0)]),
        "16": GraphNode("KSampler", inputs: ["seed": .link(node: "gone", output: 0)]),
    ])

    static let origins: [(GraphField, WorkflowGraph.Origin?)] = [
        (GraphField("3", "steps"), .own),
        (GraphField("3", "seed"), .field(GraphField("5", "seed"))),
        (GraphField("3", "cfg"), .field(GraphField("6", "value"))),
        (GraphField("3", "model"), .node("9")),
        (GraphField("3", "denoise"), .node("12")),
        (GraphField("3", "loop"), nil),
        (GraphField("16", "seed"), nil),
        (GraphField("3", "nothing"), nil),
        (GraphField("99", "seed"), nil),
    ]

    @Test("WorkflowGraph: links are followed to the field that has the value", arguments: origins)
    func origin(_ field: GraphField, _ origin: WorkflowGraph.Origin?) {
        #expect(Self.graph.origin(of: field) == origin)
    }
}
