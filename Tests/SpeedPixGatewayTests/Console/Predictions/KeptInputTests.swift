import SpeedPix
import SystemPackage
import Testing

@testable import SpeedPixGateway

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite("Inputs of ended predictions")
struct KeptInputTests {
    private static let picture = "uploads/0123456789abcdef_a-1.png"
    private static let stored: JSONValue = [
        "object_key": .string(picture), "filename": "shoe.png", "mime_type": "image/png",
    ]

    private static func kept(_ inputs: JSONValue, known: Bool = true) throws -> [String: KeptInput] {
        let text = String(decoding: try inputs.encoded(), as: UTF8.self)
        return try #require(StoredInputs(text)).kept(by: known ? EchoWorkflow() : nil)
    }

    @Test(
        "KeptInput: inputs are values, stored and embedded files and URLs of elsewhere, as the workflow declares them"
    )
    func kinds() throws {
        let kept = try Self.kept(["text": "a", "data": [1, nil], "image": Self.stored])
        #expect(kept["text"] == .value("a") && kept["data"] == .value([1, nil]))
        let key = try #require(ObjectKey(Self.picture))
        #expect(kept["image"] == .stored(key: key, filename: "shoe.png", mimeType: "image/png"))
        let uri = "data:image/png;base64,AAAA"
        #expect(try Self.kept(["image": .string(uri)])["image"] == .embedded(uri, mimeType: "image/png"))
        #expect(try Self.kept(["image": "data:,a"])["image"] == .embedded("data:,a", mimeType: "text/plain"))
        let elsewhere: JSONValue = ["image": ["url": "https://pictures.example/a.png"]]
        #expect(try Self.kept(elsewhere)["image"] == .remote("https://pictures.example/a.png"))
    }

    @Test("KeptInput: a value of any kind that looks like a stored file is none where the workflow says so")
    func posing() throws {
        #expect(try Self.kept(["data": Self.stored])["data"] == .value(Self.stored))
        let key = try #require(ObjectKey(Self.picture))
        // Of a workflow that is gone nobody knows better.
        let unknown = try Self.kept(["data": Self.stored, "text": "data:,a"], known: false)
        #expect(unknown["data"] == .stored(key: key, filename: "shoe.png", mimeType: "image/png"))
        #expect(unknown["text"] == .value("data:,a"))
    }

    @Test("KeptInput: what is too long is left out with its length and type, and everything else stays")
    func shortening() throws {
        let long = String(repeating: "a", count: StoredInputs.longestKept)
        let inputs: JSONValue = [
            "text": .string(long), "image": .string("data:image/webp;base64,\(long)"), "data": ["b": "short"],
        ]
        let text = String(decoding: try inputs.encoded(), as: UTF8.self)
        let shortened = try #require(StoredInputs(text)).shortened()
        #expect(try shortened.encoded().utf8.count < 500)
        let kept = try #require(StoredInputs(try shortened.encoded())).kept(by: EchoWorkflow())
        #expect(kept["text"] == .omitted(bytes: Int64(long.utf8.count + 2), mimeType: nil))
        #expect(kept["data"] == .value(["b": "short"]))
        guard case .omitted(let bytes, "image/webp"?)? = kept["image"] else {
            Issue.record("\(kept)")
            return
        }
        #expect(bytes > Int64(long.utf8.count))
    }

    @Test(
        "KeptInput: a prediction's inputs stay when it ends or fails, shortened, and no file of them is needed any more"
    )
    func ending() async throws {
        try await withDirectory { folder in
            let database = try PredictionDatabase(folder: folder)
            let long = String(repeating: "a", count: StoredInputs.longestKept)
            let inputs: JSONValue = ["text": .string(long), "image": Self.stored]
            let text = String(decoding: try inputs.encoded(), as: UTF8.self)
            for id in ["p-1", "p-2"] {
                _ = try await database.add(
                    id, workflow: "echo", version: "v1", try #require(StoredInputs(text)), created: Date(),
                    owner: "demo", nonce: nil)
            }
            #expect(try await database.inputs(of: "p-1")?.encoded() == text)
            #expect(try await database.neededFiles().map(\.text) == [Self.picture])
            var record = PredictionRecord(
                id: "p-1", owner: "demo", workflowID: "echo", pool: .light, estimate: .zero, footprint: 0, number: 1)
            record.status = .succeeded
            record.ended = Date()
            try await database.end(record)
            try await database.fail(["p-2"], because: "a test", at: Date())
            for id in ["p-1", "p-2"] {
                let kept = try #require(try await database.inputs(of: id)).kept(by: EchoWorkflow())
                #expect(kept["text"] == .omitted(bytes: Int64(long.utf8.count + 2), mimeType: nil))
                guard case .stored(_, "shoe.png", "image/png")? = kept["image"] else {
                    Issue.record("\(kept)")
                    return
                }
            }
            #expect(try await database.neededFiles().isEmpty)
            await database.close()
        }
    }

    @Test(
        "KeptInput: a file of elsewhere is called by the last part of its URL",
        arguments: [
            ("https://a.example/b/c%20d.png?x=/y", "c d.png"), ("https://a.example", "file"),
            ("https://a.example/", "file"), ("b/c.png", "c.png"), ("https://a.example/%2e%2e%2fetc", "etc"),
        ])
    func remoteName(url: String, name: String) {
        #expect(KeptInput.filename(ofURL: url) == name)
    }

    @Test(
        "PredictionText: it has texts, numbers and names of files in lower case, the label first, up to a length"
    )
    func text() throws {
        let inputs: JSONValue = [
            "prompt": "A Red\u{0}Shoe", "image": Self.stored, "embedded": "data:image/png;base64,AAAA",
            "data": ["key": ["ÄPFEL", 5, 1.5, true, nil]],
        ]
        let text = String(decoding: try inputs.encoded(), as: UTF8.self)
        let searched = PredictionText(
            id: "P-1", workflow: "shop", label: "Spring", inputs: try #require(StoredInputs(text)))
        #expect(searched.text == "spring\np-1\nshop\näpfel\n5\n1.5\nshoe.png\na red shoe")
        let long: JSONValue = ["a": .string(String(repeating: "x", count: 990)), "b": "0123456789abc", "c": "never"]
        let cut = PredictionText(
            id: "p", workflow: "w", label: nil,
            inputs: try #require(StoredInputs(String(decoding: try long.encoded(), as: UTF8.self))))
        #expect(cut.text == "\np\nw\n\(String(repeating: "x", count: 990))\n0123456789")
        // To a person one character.
        let tower = "a" + String(repeating: "\u{301}", count: 5000)
        let one = PredictionText(
            id: "p", workflow: "w", label: nil, inputs: StoredInputs(values: ["a": .string(tower)]))
        #expect(one.text.unicodeScalars.count == "\np\nw\n".count + PredictionText.longest)
        #expect(throws: Refusal.self) { try PredictionNotes.label(tower) }
    }

    @Test("QueryParameters: names, values and what is encoded in either way are read")
    func query() throws {
        let parameters = QueryParameters("a=b+c%20d&empty=&plain&n=12&a=%C3%A4%2B&x=1=2")
        #expect(parameters.text("a") == "ä+" && parameters.text("empty") == nil && parameters.text("plain") == nil)
        #expect(parameters.text("x") == "1=2")
        #expect(try parameters.number("n", in: 0...12) == 12 && parameters.number("none", in: 0...1) == nil)
        #expect(throws: Refusal.self) { try parameters.number("n", in: 0...11) }
        #expect(throws: Refusal.self) { try parameters.number("a", in: 0...11) }
    }
}
