import ComfyUI
import SpeedPix
import Testing

@testable import SpeedPixGateway

@Suite("What is proposed for publishing")
struct PublicationProposalTests {
    private func texts(_ proposal: PublicationProposal) -> [String] {
        proposal.inputs.map(\.description) + proposal.outputs.map(\.description)
    }

    @Test("PublicationProposal: files, texts, seeds, sizes and savers, named by titles")
    func usual() {
        let proposal = PublicationProposal(PublishingFixture.graph, PublishingFixture.definitions)
        #expect(
            texts(proposal) == [
                "product_photo=1.image", "positive_prompt=6.text", "negative_prompt=7.text", "seed=3.seed",
                "int=12.value", "width=5.width", "height=5.height", "images=10.images", "images_2=57:8.images",
            ])
        #expect(proposal.omitted.isEmpty)
    }

    @Test("PublicationProposal: what is proposed can be published")
    func publishable() {
        let proposal = PublicationProposal(PublishingFixture.graph, PublishingFixture.definitions)
        let findings = PublishingFixture.check()
            .findings(id: "shop", inputs: proposal.inputs, outputs: proposal.outputs)
        #expect(findings.isEmpty)
    }

    @Test("PublicationProposal: App mode's choice comes first, and what cannot be published is named")
    func appMode() {
        let page: JSONValue = [
            "extra": [
                "linearData": [
                    "inputs": [["57:3", "noise_seed"], [3, "steps"], [99, "x"], [3, "positive"], [3, "steps"]],
                    "outputs": [10, 4, 10],
                ]
            ]
        ]
        let proposal = PublicationProposal(PublishingFixture.graph, PublishingFixture.definitions, page: page)
        #expect(texts(proposal) == ["int=12.value", "steps=3.steps", "images=10.images"])
        #expect(proposal.omitted.count == 3)
        for words in ["node 4", "99.x", "3.positive"] {
            #expect(proposal.omitted.contains { $0.contains(words) }, "\(words)")
        }
    }

    @Test("PublicationProposal: App mode with outputs alone has the usual inputs, and the other way round")
    func halfOfAppMode() {
        func proposal(_ choice: JSONValue) -> [String] {
            texts(
                PublicationProposal(
                    PublishingFixture.graph, PublishingFixture.definitions, page: ["extra": ["linearData": choice]]))
        }
        #expect(proposal(["outputs": ["10"]]).last == "images=10.images")
        #expect(proposal(["outputs": ["10"]]).count == 8)
        #expect(
            proposal(["inputs": [["6", "text"]]]) == [
                "positive_prompt=6.text", "images=10.images", "images_2=57:8.images",
            ])
    }

    @Test("PublicationProposal: repeated titles get numbers, and CJK titles stay")
    func repeatedTitles() {
        var graph = WorkflowGraph(nodes: [
            "10": GraphNode("SaveImage", title: "画面", inputs: ["filename_prefix": .value("x")])
        ])
        for (id, title) in [("1", "文字"), ("2", "文字"), ("57:8", "文字"), ("4", "!!!")] {
            graph.nodes[id] = GraphNode("CLIPTextEncode", title: title, inputs: ["text": .value("t")])
            graph.nodes["10"]?.inputs["in\(id)"] = .link(node: id, output: 0)
        }
        let proposal = PublicationProposal(graph, PublishingFixture.definitions)
        #expect(
            texts(proposal) == ["文字=1.text", "文字_2=2.text", "text=4.text", "文字_3=57:8.text", "画面=10.images"])
    }

    @Test("PublicationProposal: several fields of one titled node have the title before them")
    func severalOfOneNode() {
        let graph = WorkflowGraph(nodes: [
            "5": GraphNode("EmptyLatentImage", title: "Canvas", inputs: ["width": .value(1), "height": .value(2)]),
            "10": GraphNode("SaveImage", inputs: ["x": .link(node: "5", output: 0)]),
        ])
        let proposal = PublicationProposal(graph, PublishingFixture.definitions)
        #expect(texts(proposal) == ["canvas_width=5.width", "canvas_height=5.height", "images=10.images"])
    }

    @Test("PublicationProposal: without definitions the usual names are known")
    func withoutDefinitions() {
        let proposal = PublicationProposal(PublishingFixture.graph, NodeDefinitions())
        #expect(
            texts(proposal) == [
                "product_photo=1.image", "clip_text_encode_positive_prompt=6.text",
                "clip_text_encode_negative_prompt=7.text", "seed=3.seed", "primitiveint=12.value",
                "empty_latent_image_width=5.width", "empty_latent_image_height=5.height", "save_image=10.images",
            ])
    }

    @Test("PublicationProposal: without savers, nodes that show something are proposed")
    func previews() {
        let definitions = NodeDefinitions([
            NodeClass(
                "PreviewAudio", inputs: [NodeInputDefinition("audio", .link("AUDIO"))], isOutputNode: true),
            NodeClass("PreviewAny", inputs: [NodeInputDefinition("source", .link("*"))], isOutputNode: true),
        ])
        let graph = WorkflowGraph(nodes: ["1": GraphNode("PreviewAudio"), "2": GraphNode("PreviewAny")])
        #expect(texts(PublicationProposal(graph, definitions)) == ["audio=1.audio", "text=2.text"])
    }
}
