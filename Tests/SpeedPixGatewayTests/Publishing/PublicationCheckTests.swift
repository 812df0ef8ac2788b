import ComfyUI
import SpeedPix
import Testing

@testable import SpeedPixGateway

@Suite("Checks before publishing")
struct PublicationCheckTests {
    private func messages(
        id: String = "shop", _ inputs: [String] = [], _ outputs: [String] = PublishingFixture.outputs,
        check: PublicationCheck = PublishingFixture.check()
    ) throws -> [String] {
        let findings = check.findings(
            id: id, inputs: try inputs.map { try InputSelector(parsing: $0) },
            outputs: try outputs.map { try OutputSelector(parsing: $0) })
        return findings.map { ($0.severity == .warning ? "warning: " : "") + $0.message }
    }

    @Test("PublicationCheck: a good selection has no findings")
    func good() throws {
        #expect(try messages(PublishingFixture.inputs).isEmpty)
    }

    private static let encoder = "node 6 (CLIP Text Encode (Positive Prompt))"
    private static let savers = "node 10 (Save Image), node 57:8 (Export)"

    static let inputs: [([String], String)] = [
        (
            ["x=99.image"],
            "the input x is of the node 99, which the workflow does not have; did you mean node 9 (VAE Decode)?"
        ),
        (
            ["x=Product photo.image"],
            "the input x is of the node Product photo, which the workflow does not have; nodes are named by their ids: 1"
        ),
        (
            ["x=3.sed"],
            "the input x is of the field \"sed\", which node 3 (KSampler) does not have; did you mean 'seed'?"
        ),
        (
            ["x=6.text:strng"],
            "the input x is of the field \"text:strng\", which \(encoder) does not have; did you mean the type string?"
        ),
        (
            ["x=57:3.noise_seed"],
            "the input x: 57:3.noise_seed takes its value of node 12 (PrimitiveInt); the value is in 12.value:"
                + " publish that"
        ),
        (
            ["x=3.positive"],
            "the input x: 3.positive takes its value of \(encoder); \(encoder) makes it: publish a field of that node"
        ),
        (["x=3.steps:float"], "the input x: 3.steps is of the type int and cannot be float: write :int, or no type"),
        (
            ["x=6.text:choice"],
            "the input x: 6.text has no list to choose from: it is of the type string; write that, or no type"
        ),
        (
            ["x=1.image:video"],
            "the input x: 1.image is of the type image and cannot be video: write :image, or no type"
        ),
        (["a=3.seed", "b=3.seed"], "the inputs a and b are both 3.seed: leave out one of them"),
        (["a=3.seed", "a=3.steps", "a=3.cfg"], "two inputs are called a: give each a name of its own"),
    ]

    @Test("PublicationCheck: a wrong input is named with what would be right", arguments: inputs)
    func input(_ inputs: [String], _ message: String) throws {
        #expect(try messages(inputs) == [message])
    }

    @Test("PublicationCheck: a field that an optional link would fill has no value")
    func missingLink() throws {
        var graph = PublishingFixture.graph
        graph.nodes["3"]?.inputs["noise"] = nil
        #expect(
            try messages(["x=3.noise"], check: PublishingFixture.check(graph)) == [
                "the input x: 3.noise takes NOISE of another node, and has no value"
            ])
    }

    static let outputs: [([String], String)] = [
        ([], "nothing is an output: publish a result of \(savers)"),
        (
            ["images=4.images"],
            "the output images is of node 4 (Load Checkpoint), which gives no results; these do: \(savers)"
        ),
        (
            ["images=99.images"],
            "the output images is of the node 99, which the workflow does not have; these do: \(savers)"
        ),
        (["a=10.images", "b=10.images"], "the outputs a and b are both 10.images: leave out one of them"),
        (["a=10.images", "a=10.text"], "two outputs are called a: give each a name of its own"),
    ]

    @Test("PublicationCheck: a wrong output is named with what there is", arguments: outputs)
    func output(_ outputs: [String], _ message: String) throws {
        #expect(try messages([], outputs) == [message])
    }

    @Test("PublicationCheck: a workflow without any node that gives something is refused")
    func noOutputNodes() throws {
        let graph = WorkflowGraph(nodes: ["1": PublishingFixture.graph.nodes["1"] ?? GraphNode("LoadImage")])
        #expect(
            try messages([], [], check: PublishingFixture.check(graph)) == [
                "the workflow has no node that gives a result: add one such as Save Image in ComfyUI"
            ])
    }

    static let ids: [(String, String)] = [
        ("echo", "the id echo is that of a workflow that comes with the gateway: choose another one"),
        ("a b", "the id \"a b\" has other characters than letters, digits, \"_\" and \"-\": leave them out"),
        ("", "the id \"\" is empty: give it letters or digits"),
    ]

    @Test("PublicationCheck: an id that cannot be one is refused", arguments: ids)
    func id(_ id: String, _ message: String) throws {
        #expect(try messages(id: id) == [message])
        #expect(try messages(id: "产品-图_2").isEmpty)
    }

    @Test("PublicationCheck: classes that no server has are named with nodes and the nearest class")
    func unknownClasses() throws {
        var graph = PublishingFixture.graph
        graph.nodes["3"]?.classType = "KSamplr"
        graph.nodes["20"] = GraphNode("KSamplr", title: "Alone")
        let words = try messages(check: PublishingFixture.check(graph))
        #expect(
            words == [
                "no server has the class KSamplr (nearest: KSampler), of node 3 (KSampler), node 20 (Alone): install the"
                    + " custom node that brings it, or take it out"
            ])
    }

    @Test("PublicationCheck: partner nodes are refused unless they are allowed")
    func partnerNodes() throws {
        var graph = PublishingFixture.graph
        graph.nodes["20"] = GraphNode("Veo")
        #expect(
            try messages(check: PublishingFixture.check(graph)) == [
                "the class Veo, of node 20 (Veo), spends credits of comfy.org: allow it with --partner-nodes, here and"
                    + " for serve, or take it out"
            ])
        #expect(try messages(check: PublishingFixture.check(graph, allowsPartnerNodes: true)).isEmpty)
    }

    @Test("PublicationCheck: loops and links to missing nodes are found")
    func brokenGraphs() throws {
        var loop = PublishingFixture.graph
        loop.nodes["12"]?.inputs["value"] = .link(node: "3", output: 0)
        let words = try messages(check: PublishingFixture.check(loop))
        #expect(words.count == 1 && words.first?.contains("3 → 57:3 → 12 → 3 need one another in a loop") == true)
        var gap = PublishingFixture.graph
        gap.nodes["5"] = nil
        #expect(
            try messages(check: PublishingFixture.check(gap)).first?
                .hasPrefix("the field 3.latent_image takes an output of the node 5, which the workflow does not have")
                == true)
    }

    @Test("PublicationCheck: a required field without value or link is named, if an output needs its node")
    func missingFields() throws {
        var graph = PublishingFixture.graph
        graph.nodes["9"]?.inputs["samples"] = nil
        graph.nodes["5"]?.inputs["height"] = nil
        graph.nodes["11"]?.inputs["a"] = .link(node: "1", output: 0)
        let all = try messages(check: PublishingFixture.check(graph))
        #expect(
            all == [
                "nothing is connected to samples of node 9 (VAE Decode), which needs LATENT: connect it in ComfyUI and"
                    + " export it again"
            ])
        // Node 9 is for the exports alone now, and node 5 for nothing.
        #expect(try messages([], ["images=10.images"], check: PublishingFixture.check(graph)).isEmpty)
        graph.nodes["9"]?.inputs["samples"] = .link(node: "3", output: 0)
        #expect(
            try messages(check: PublishingFixture.check(graph)) == [
                "node 5 (Empty Latent Image) has no height, which its class requires: open it in ComfyUI and export it again"
            ])
    }

    @Test("PublicationCheck: a value that no server lists is a warning, and an error for an input of it")
    func unlistedValue() throws {
        var graph = PublishingFixture.graph
        graph.nodes["3"]?.inputs["sampler_name"] = .value("eulr")
        let check = PublishingFixture.check(graph)
        let warning = "warning: sampler_name of node 3 (KSampler) is \"eulr\", which no server lists (nearest: euler)"
        #expect(try messages(check: check) == [warning])
        #expect(
            try messages(["s=3.sampler_name"], check: check) == [
                warning,
                "the input s: 3.sampler_name is \"eulr\", which no server has (nearest: euler): choose another one in"
                    + " ComfyUI, or install it on a server",
            ])
    }

    @Test("PublicationCheck: an input that no output needs is a warning")
    func uselessInput() throws {
        #expect(
            try messages(["bits=57:8.format.bit_depth"], ["images=10.images"]) == [
                "warning: the input bits changes nothing: no output needs node 57:8 (Export)"
            ])
    }

    @Test("PublicationCheck: all that is wrong is said at once, and warnings alone do not refuse")
    func allAtOnce() throws {
        let check = PublishingFixture.check()
        let refusal = #expect(throws: PublicationRefusal.self) {
            try check.publication(
                id: "echo",
                inputs: [InputSelector("x", GraphField("99", "x")), InputSelector("a b", GraphField("3", "seed"))],
                outputs: [OutputSelector("o", GraphField("4", "images"))])
        }
        #expect(refusal?.findings.count == 5)
        #expect(refusal?.description.split(separator: "\n").count == 5)
        let publication = try check.publication(
            id: "shop", inputs: [InputSelector("bits", GraphField("57:8", "format.bit_depth"))],
            outputs: [OutputSelector("images", GraphField("10", "images"), isAlwaysArray: true)])
        #expect(publication.warnings.count == 1 && publication.inputs.map(\.name) == ["bits"])
        #expect(
            publication.outputs == [
                PublishedOutput("images", GraphField("10", "images"), isAlwaysArray: true)
            ])
    }
}
