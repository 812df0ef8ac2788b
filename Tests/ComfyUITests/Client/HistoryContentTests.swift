import SpeedPix
import Testing

@testable import ComfyUI

@Suite("What prompts of a history were")
struct HistoryContentTests {
    private static let graph: JSONValue = [
        "10": ["class_type": "Text", "inputs": ["text": "last", "prompt": ""]],
        "9": ["class_type": "Text", "inputs": ["prompt": "first", "text": ["10", 0]]],
        "2": ["class_type": "SaveImage", "inputs": ["images": ["9", 0], "text": 7]],
    ]

    private func entry(
        _ prompt: JSONValue = Self.graph, extra: JSONValue = [:], cached: JSONValue = [], end: JSONValue = 3
    ) throws -> HistoryEntry {
        let messages: JSONValue = [
            ["execution_start", ["timestamp": 1]], ["execution_cached", ["nodes": cached]],
            ["execution_success", ["timestamp": end]],
        ]
        let file: JSONValue = ["filename": "b.png", "type": "output"]
        return try #require(
            HistoryEntry(
                promptID: "p",
                [
                    "prompt": [0, "p", prompt, extra, ["2"]],
                    "outputs": ["10": ["images": [["filename": "c.png"]]], "2": ["images": [file]]],
                    "status": ["status_str": "success", "messages": messages],
                ]))
    }

    @Test("History: texts and files in the order of the nodes, without what is no text")
    func order() throws {
        let entry = try entry()
        #expect(entry.texts == ["first", "last"])
        #expect(entry.files.map(\.filename) == ["b.png", "c.png"])
    }

    @Test("History: a prompt is cached if all that its outputs need had run before")
    func cached() throws {
        #expect(try entry(cached: ["2", "9", "10"]).isCached)
        #expect(try !entry(cached: ["9", "10"]).isCached)
        #expect(try !entry(["2": "no node"], cached: ["2"]).isCached)
    }

    @Test("History: the graph, with what the page has posted with it")
    func document() throws {
        let page: JSONValue = ["nodes": []]
        let document = try entry(extra: ["extra_pnginfo": ["workflow": page]]).document()
        #expect(document.page == page && document.graph.nodes.count == 3)
        #expect(try entry().document().page == nil)
        let broken = try entry(["2": "no node"])
        #expect(throws: GraphProblem.self) { try broken.document() }
    }

    @Test("History: when it ended, if the server says it")
    func ended() throws {
        #expect(try entry().ended == 3)
        #expect(try entry(end: .null).ended == nil)
    }
}
