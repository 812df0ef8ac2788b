import SpeedPix
import Testing

@testable import ComfyUI

@Suite("WorkflowGraph")
struct WorkflowGraphTests {
    /// Ids of a subgraph's nodes, a field with a dot, a repeated title, and the largest seed there is.
    static let text = """
        {"3": {"class_type": "KSampler", "_meta": {"title": "Sampler", "color": "red"}, "mode": 0,
               "inputs": {"seed": 18446744073709551615, "cfg": 0.1, "steps": 20, "model": ["57:8", 0]}},
         "57:8": {"class_type": "Loader", "_meta": {"title": "Picture"}, "inputs": {"format.bit_depth": "8-bit"}},
         "10": {"class_type": "SaveImage", "_meta": {"title": "Picture"}, "inputs": {"images": ["3", 0]}}}
        """

    @Test("WorkflowGraph: API format keeps numbers, ids, dotted fields and unknown members as written")
    func roundTrip() throws {
        let graph = try WorkflowGraph(parsing: Self.text.utf8)
        let json = try JSONValue(parsing: Self.text.utf8)
        #expect(graph.json == json)
        #expect(graph.nodes["3"]?.inputs["seed"] == .value(.unsigned(.max)))
        #expect(graph.nodes["3"]?.inputs["model"] == .link(node: "57:8", output: 0))
        #expect(graph.nodes["57:8"]?.inputs["format.bit_depth"] == .value("8-bit"))
        #expect(graph.nodes["3"]?.title == "Sampler")
        #expect(graph.nodes["3"]?.otherMembers == ["mode": 0])
        let written = String(decoding: try graph.json.encoded(), as: UTF8.self)
        #expect(written.contains("\"seed\":18446744073709551615") && written.contains("\"cfg\":0.1,"))
        #expect(try WorkflowGraph(parsing: graph.json.encoded()) == graph)
    }

    static let refused: [(String, GraphProblem)] = [
        (#"{"nodes": [], "links": []}"#, .uiFormat),
        (#"{"last_node_id": 3, "nodes": [{"id": 1}], "links": [[1, 1, 0, 2, 0, "IMAGE"]]}"#, .uiFormat),
        ("[]", .notAGraph("it is not an object of nodes")),
        ("{}", .notAGraph("it has no nodes")),
        (#"{"1": 5}"#, .notAGraph("its member \"1\" is not an object, and so no node")),
        (#"{"1": {"inputs": {}}}"#, .notAGraph("its node \"1\" has no class_type")),
        (#"{"1": {"class_type": ""}}"#, .notAGraph("its node \"1\" has no class_type")),
        (#"{"2": {}, "10": {}}"#, .notAGraph("its node \"2\" has no class_type")),
        (#"{"1": {"class_type": "A", "inputs": []}}"#, .notAGraph("the inputs of its node \"1\" are not an object")),
    ]

    @Test("WorkflowGraph: what is no API format is refused with the reason", arguments: refused)
    func refusal(_ text: String, _ problem: GraphProblem) {
        #expect(throws: problem) { try WorkflowGraph(parsing: text.utf8) }
    }

    @Test("WorkflowGraph: the page's format is refused with both ways out")
    func pageFormat() {
        let words = GraphProblem.uiFormat.description
        #expect(words.contains("run it once in ComfyUI, then take it from there with --last"))
        #expect(words.contains("File ▸ Export (API)"))
    }

    @Test("WorkflowGraph: text that is not JSON is refused, and NaN outside strings is read as null")
    func notJSON() throws {
        for text in ["", "{", #"{"1": }"#, #"{"1": {"class_type": "A", "inputs": {"x": 18446744073709551616}}}"#] {
            let error = #expect(throws: GraphProblem.self) { try WorkflowGraph(parsing: text.utf8) }
            guard case .notJSON? = error else {
                Issue.record("\(text): \(String(describing: error))")
                continue
            }
        }
        let graph = try WorkflowGraph(
            parsing: #"{"1": {"class_type": "A", "x": [NaN, -Infinity], "inputs": {"t": "NaN \" Infinity"}}}"#.utf8)
        #expect(graph.nodes["1"]?.otherMembers == ["x": [nil, nil]])
        #expect(graph.nodes["1"]?.inputs["t"]?.value == "NaN \" Infinity")
    }

    @Test("WorkflowGraph: too many bytes and too many nodes are refused with the limit")
    func tooLarge() {
        let long = repeatElement(UInt8(ascii: " "), count: WorkflowGraph.largestText + 1)
        let bytes = #expect(throws: GraphProblem.self) { try WorkflowGraph(parsing: long) }
        #expect(bytes == .tooLarge("the workflow has 16777217 bytes; 16777216 is the most"))
        let nodes = (0...WorkflowGraph.mostNodes).map { ("\($0)", ["class_type": "A"] as JSONValue) }
        let many = #expect(throws: GraphProblem.self) {
            try WorkflowGraph(.object(Dictionary(uniqueKeysWithValues: nodes)))
        }
        #expect(many == .tooLarge("the workflow has 10001 nodes; 10000 is the most"))
    }

    @Test("WorkflowGraph: a server's mark of unchanged nodes is left out")
    func unchanged() throws {
        let graph = try WorkflowGraph(["1": ["class_type": "A", "inputs": [:], "is_changed": ["abc"]]])
        #expect(graph.json == ["1": ["class_type": "A", "inputs": [:]]])
    }

    static let values: [(JSONValue, GraphInput)] = [
        (["1", 0], .link(node: "1", output: 0)),
        (["gone", 2], .link(node: "gone", output: 2)),
        ([1, 0], .link(node: "1", output: 0)),
        ([512, 512], .value([512, 512])),
        (["1", -1], .value(["1", -1])),
        (["1", 0.5], .value(["1", 0.5])),
        (["1", "0"], .value(["1", "0"])),
        (["1"], .value(["1"])),
        ("1", .value("1")),
        (nil, .value(nil)),
    ]

    @Test("WorkflowGraph: links are told from values", arguments: values)
    func links(_ value: JSONValue, _ input: GraphInput) throws {
        let graph = try WorkflowGraph([
            "1": ["class_type": "A"], "2": ["class_type": "B", "inputs": ["x": value]],
        ])
        #expect(graph.nodes["2"]?.inputs["x"] == input)
    }

    @Test("WorkflowGraph: nodes are named for people by id with title or class")
    func names() throws {
        let graph = try WorkflowGraph(parsing: Self.text.utf8)
        #expect(graph.name(of: "57:8") == "node 57:8 (Picture)")
        #expect(WorkflowGraph(nodes: ["1": GraphNode("A")]).name(of: "1") == "node 1 (A)")
        #expect(graph.name(of: "99") == "node 99")
    }
}

extension WorkflowGraph {
    /// A graph of nodes without values, by the nodes that each takes something of.
    fileprivate static func linked(_ links: [String: [String]]) -> WorkflowGraph {
        WorkflowGraph(
            nodes: links.mapValues { sources in
                let inputs = sources.enumerated().map {
                    ("in\($0.offset)", GraphInput.link(node: $0.element, output: 0))
                }
                return GraphNode("A", inputs: Dictionary(uniqueKeysWithValues: inputs))
            })
    }
}

@Suite("Order of a WorkflowGraph")
struct GraphOrderTests {
    @Test("WorkflowGraph: ids are sorted as numbers, those of subgraphs part by part")
    func byID() throws {
        let graph = WorkflowGraph.linked(["10": [], "9": [], "57:8": [], "57:10": [], "b": [], "01": [], "1": []])
        #expect(try graph.nodeIDs(inOrder: .byID) == ["01", "1", "9", "10", "57:8", "57:10", "b"])
    }

    @Test("WorkflowGraph: each node comes after what it takes, in the same order each time")
    func topological() throws {
        let graph = WorkflowGraph.linked(["1": ["5", "4"], "4": ["7"], "5": ["7"], "7": [], "2": ["1"], "3": []])
        #expect(try graph.nodeIDs(inOrder: .topological) == ["7", "4", "5", "1", "2", "3"])
        #expect(graph.check().isEmpty)
    }

    @Test("WorkflowGraph: a chain of ten thousand nodes is put in order")
    func chain() throws {
        let links = (0..<10_000).map { ("\($0)", $0 == 9_999 ? [] : ["\($0 + 1)"]) }
        let graph = WorkflowGraph.linked(Dictionary(uniqueKeysWithValues: links))
        let ids = try graph.nodeIDs(inOrder: .topological)
        #expect(ids.count == 10_000 && ids.first == "9999" && ids.last == "0")
    }

    static let loops: [([String: [String]], [String])] = [
        (["1": ["1"]], ["1"]),
        (["1": ["2"], "2": ["3"], "3": ["1"]], ["1", "2", "3"]),
        (["0": ["1"], "1": ["2"], "2": ["1"]], ["1", "2"]),
    ]

    @Test("WorkflowGraph: a loop is found and named node by node", arguments: loops)
    func loop(_ links: [String: [String]], _ loop: [String]) {
        let graph = WorkflowGraph.linked(links)
        #expect(graph.check() == [.loop(loop)])
        #expect(throws: GraphProblem.loop(loop)) { try graph.nodeIDs(inOrder: .topological) }
        #expect(GraphProblem.loop(["1", "2"]).description.contains("1 → 2 → 1"))
    }

    @Test("WorkflowGraph: every link to a missing node is found")
    func missingNodes() {
        let graph = WorkflowGraph.linked(["1": ["8", "2"], "2": ["9"]])
        #expect(
            graph.check() == [
                .missingNode("8", field: GraphField("1", "in0")), .missingNode("9", field: GraphField("2", "in0")),
            ])
        let order = try? graph.nodeIDs(inOrder: .topological)
        #expect(order == ["2", "1"])
    }

    @Test("WorkflowGraph: upstream is what a node needs and nothing else")
    func upstream() {
        let graph = WorkflowGraph.linked(["1": ["2", "gone"], "2": ["3"], "3": ["2"], "4": ["1"]])
        #expect(graph.upstream(of: ["1"]) == ["1", "2", "3"])
        #expect(graph.upstream(of: ["gone"]).isEmpty)
    }
}
