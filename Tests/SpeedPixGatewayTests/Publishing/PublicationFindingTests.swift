import ComfyUI
import SpeedPix
import Testing

@testable import SpeedPixGateway

@Suite("Findings that pages have words of their own for")
struct PublicationFindingTests {
    /// The findings of a plan that have a code.
    private func coded(
        _ graph: WorkflowGraph, _ body: JSONValue = ["id": "shop"], _ definitions: NodeDefinitions = Self.definitions
    ) throws -> [PublicationFinding] {
        let request = try PublicationRequest(
            CallBody(try body.encoded()), of: WorkflowDocument(graph: graph), definitions)
        let plan = PublicationPlan(request, graph: graph, page: nil, reservedIDs: [])
        return plan.findings.filter { $0.code != nil }
    }

    private static let definitions = PublishingFixture.definitions

    @Test("Finding: a workflow whose seed is an input surprises nobody")
    func nothing() throws {
        #expect(try coded(PublishingFixture.graph).isEmpty)
    }

    @Test("Finding: a seed that stays the same is a warning, unless one of the seeds is an input")
    func fixedSeed() throws {
        let found = try coded(PublishingFixture.graph, ["id": "shop", "inputs": ["text=6.text"]])
        #expect(found.map(\.code) == [.fixedSeed] && found.first?.severity == .warning)
        #expect(found.first?.values == ["field": "3.seed", "node": "node 3 (KSampler)"])
        #expect(try coded(PublishingFixture.graph, ["id": "shop", "inputs": ["noise=12.value"]]).isEmpty)
    }

    @Test("Finding: a model that no server has, and another choice, with the nearest one")
    func missing() throws {
        var graph = PublishingFixture.graph
        graph.nodes["4"]?.inputs["ckpt_name"] = .value("fluxx.safetensors")
        graph.nodes["3"]?.inputs["sampler_name"] = .value("eulr")
        let found = try coded(graph)
        #expect(Set(found.map(\.code)) == [.missingModel, .missingChoice])
        let model = try #require(found.first { $0.code == .missingModel })
        #expect(model.values["value"] == "fluxx.safetensors" && model.values["nearest"] == "flux.safetensors")
        #expect(model.values["field"] == "4.ckpt_name" && model.severity == .warning)
        let input = try coded(graph, ["id": "shop", "inputs": ["model=4.ckpt_name", "seed=3.seed"]])
        #expect(input.contains { $0.code == .missingModel && $0.severity == .error })
    }

    @Test("Finding: classes that no server has, or that cost credits")
    func classes() throws {
        var graph = PublishingFixture.graph
        graph.nodes["20"] = GraphNode("KSamplr", title: "Alone")
        graph.nodes["21"] = GraphNode("Veo")
        let found = try coded(graph)
        #expect(found.map(\.code) == [.missingClass, .partnerNode])
        #expect(
            found.first?.values == ["class": "KSamplr", "nodes": "node 20 (Alone)", "nearest": "KSampler"])
        #expect(found.last?.values["class"] == "Veo" && found.allSatisfy { $0.severity == .error })
    }

    @Test("Finding: a mask drawn in ComfyUI, where it is an input, and where it stays")
    func masks() throws {
        var graph = PublishingFixture.graph
        graph.nodes["1"]?.inputs["image"] = .value("clipspace/clipspace-mask-8.png [input]")
        let asInput = try coded(graph)
        #expect(asInput.map(\.code) == [.clipspaceInput])
        #expect(asInput.first?.values["input"] == "product_photo", "\(asInput)")
        let kept = try coded(graph, ["id": "shop", "inputs": ["seed=3.seed"]])
        #expect(kept.map(\.code) == [.clipspaceMask])
        #expect(kept.first?.values["file"] == "clipspace-mask-8.png")
        graph.nodes["1"]?.inputs["image"] = .value("clipspaces/photo.png")
        #expect(try coded(graph).isEmpty)
    }

    @Test("Finding: as JSON it has its words, and what a page's own words are about")
    func json() throws {
        let found = try #require(
            try coded(PublishingFixture.graph, ["id": "shop", "inputs": ["text=6.text"]]).first)
        let json = found.json
        #expect(json["severity"] == "warning" && json["code"] == "fixed_seed")
        #expect(json["values"]?["field"] == "3.seed" && json["message"] == .string(found.message))
        #expect(PublicationFinding.error("no").json == ["severity": "error", "message": "no"])
        #expect(PublicationFinding(GraphProblem.uiFormat).code == .uiFormat)
        #expect(PublicationFinding(GraphProblem.notJSON("x")).code == nil)
    }

    @Test("PublishedWorkflow: a version is known again whatever its inputs, seeds and files have, and no other graph")
    func same() throws {
        let workflow = try PublishingFixture.published()
        var graph = PublishingFixture.graph
        #expect(workflow.isSame(as: graph))
        graph[GraphField("6", "text")] = .value("a boot")
        graph[GraphField("12", "value")] = .value(99)
        graph[GraphField("10", "filename_prefix")] = .value("other")
        #expect(workflow.isSame(as: graph))
        var steps = graph
        steps[GraphField("3", "steps")] = .value(30)
        #expect(!workflow.isSame(as: steps))
        var linked = graph
        linked[GraphField("11", "b")] = .link(node: "9", output: 0)
        #expect(!workflow.isSame(as: linked))
        graph.nodes["10"]?.classType = "Export"
        #expect(!workflow.isSame(as: graph))
    }
}
