import SpeedPix
import Testing

@testable import ComfyUI

@Suite("Workflows in files")
struct WorkflowDocumentTests {
    private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    private static let graph = #"{"57:8": {"class_type": "LoadImage", "inputs": {"image": "猫.png"}}}"#

    /// A chunk with a checksum of zeros.
    private static func chunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
        var bytes = (0..<4).map { UInt8(truncatingIfNeeded: content.count >> (24 - 8 * $0)) }
        bytes += Array(type.utf8)
        bytes += content
        return bytes + [0, 0, 0, 0]
    }

    private static func png(_ chunks: [UInt8]...) -> [UInt8] {
        var bytes = signature + chunk("IHDR", Array(repeating: 1, count: 13))
        for chunk in chunks { bytes += chunk }
        return bytes + chunk("IEND", [])
    }

    private static func text(_ keyword: String, _ text: String) -> [UInt8] {
        chunk("tEXt", Array("\(keyword)\u{0}\(text)".utf8))
    }

    private static func international(_ keyword: String, _ text: String, isCompressed: Bool = false) -> [UInt8] {
        var content = Array("\(keyword)\u{0}".utf8)
        content += [isCompressed ? 1 : 0, 0]
        content += Array("en\u{0}x\u{0}\(text)".utf8)
        return chunk("iTXt", content)
    }

    /// A chunk that says that it is longer than any file.
    private static let endless = signature + [0xFF, 0xFF, 0xFF, 0xFF] + Array("tEXtprompt\u{0}{}\u{0}\u{0}".utf8)

    static let pictures: [(String, [UInt8])] = [
        ("tEXt", png(text("prompt", graph))),
        ("iTXt", png(international("prompt", graph))),
        ("another chunk of text before it", png(text("parameters", "a cat"), text("prompt", graph))),
        ("two, of which the first counts", png(text("prompt", graph), text("prompt", "{}"))),
        ("no end", Array(png(text("prompt", graph)).dropLast(12))),
        ("a broken chunk before it", png(chunk("tEXt", Array("prompt".utf8)), text("prompt", graph))),
    ]

    @Test("WorkflowDocument: the graph is read from a PNG's chunk", arguments: pictures)
    func picture(_ name: String, _ bytes: [UInt8]) throws {
        let document = try WorkflowDocument(parsing: bytes)
        let graph = try WorkflowGraph(parsing: Self.graph.utf8)
        #expect(document.graph == graph, "\(name)")
        #expect(document.page == nil)
    }

    @Test("WorkflowDocument: a chunk in Latin-1 is read as such")
    func latin1() throws {
        var content = Array("prompt\u{0}{\"1\": {\"class_type\": \"A\", \"inputs\": {\"t\": \"".utf8)
        content += [0x63, 0x61, 0x66, 0xE9] + Array("\"}}}".utf8)
        let document = try WorkflowDocument(parsing: Self.png(Self.chunk("tEXt", content)))
        #expect(document.graph.nodes["1"]?.inputs["t"]?.value == "café")
    }

    @Test("WorkflowDocument: the page's form beside the graph gives App mode's choice")
    func page() throws {
        let page = """
            {"nodes": [], "links": [],
             "extra": {"linearData": {"inputs": [[1, "image"], ["57:8", "text", {"height": 3}], [2], "x"],
                                      "outputs": [10, "12"]}}}
            """
        let document = try WorkflowDocument(
            parsing: Self.png(Self.text("workflow", page), Self.text("prompt", Self.graph)))
        let choice = try #require(document.page.flatMap { AppModeChoice(page: $0) })
        #expect(choice.inputs == [GraphField("1", "image"), GraphField("57:8", "text")])
        #expect(choice.outputs == ["10", "12"])
        for none: JSONValue in [[:], ["extra": [:]], ["extra": ["linearData": ["inputs": [], "outputs": []]]]] {
            #expect(AppModeChoice(page: none) == nil)
        }
    }

    static let refused: [(String, [UInt8], String)] = [
        ("no chunk", png(), "has no text chunk \"prompt\""),
        ("zTXt", png(chunk("zTXt", Array("prompt\u{0}\u{0}xyz".utf8))), "is compressed"),
        ("compressed iTXt", png(international("prompt", "xyz", isCompressed: true)), "is compressed"),
        ("a chunk after the end", png() + text("prompt", graph), "has no text chunk \"prompt\""),
        ("a length beyond the file", endless, "no text chunk"),
        ("the signature alone", signature, "has no text chunk"),
        ("the page's format in the chunk", png(text("prompt", #"{"nodes": [], "links": []}"#)), "Export (API)"),
        ("no JSON in the chunk", png(text("prompt", "a cat")), "not JSON"),
        ("a JPEG", [0xFF, 0xD8, 0xFF, 0xE0], "not JSON"),
    ]

    @Test("WorkflowDocument: a file without a graph is refused with the reason", arguments: refused)
    func refusal(_ name: String, _ bytes: [UInt8], _ words: String) throws {
        let error = #expect(throws: GraphProblem.self, "\(name)") { try WorkflowDocument(parsing: bytes) }
        #expect(error?.description.contains(words) == true, "\(name): \(String(describing: error))")
    }

    @Test("WorkflowDocument: a PNG cut at any byte gives its graph or a reason")
    func truncated() throws {
        let whole = Self.png(Self.international("prompt", Self.graph))
        let graph = try WorkflowGraph(parsing: Self.graph.utf8)
        for length in 0..<whole.count {
            let document = try? WorkflowDocument(parsing: Array(whole.prefix(length)))
            // The last chunk alone may be missing.
            #expect((document != nil) == (length >= whole.count - 12), "\(length) bytes")
            #expect(document == nil || document?.graph == graph)
        }
    }

    static let names: [(String, String, String, AnnotatedFilename.Folder)] = [
        ("x.png", "x.png", "", .input),
        ("folder/sub/x.png", "x.png", "folder/sub", .input),
        ("folder\\x.png", "x.png", "folder", .input),
        ("猫 [1].png [output]", "猫 [1].png", "", .output),
        ("a/x.png [temp]", "x.png", "a", .temp),
        ("x.png [input]", "x.png", "", .input),
    ]

    @Test("AnnotatedFilename: folders and the server's folder are told apart", arguments: names)
    func filename(_ text: String, _ filename: String, _ subfolder: String, _ folder: AnnotatedFilename.Folder) throws {
        let name = try #require(AnnotatedFilename(text))
        #expect(name.filename == filename && name.subfolder == subfolder && name.folder == folder)
        #expect(AnnotatedFilename("") == nil && AnnotatedFilename("/") == nil && AnnotatedFilename(" [temp]") == nil)
    }
}
