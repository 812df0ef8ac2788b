import SpeedPix
import Testing

@testable import SpeedPixGateway

@Suite("Validation of inputs at the create")
struct ValidationTests {
    /// One input of each kind, with every kind of bound.
    struct Picky: LocalWorkflow {
        let id = "picky"
        let title = "Takes one of each"
        let inputs = [
            WorkflowInput("prompt", .string, isRequired: true, minimum: 1, maximum: 5, help: "what to draw"),
            WorkflowInput("width", .integer, default: 64, minimum: 16, maximum: 4096),
            WorkflowInput("strength", .number, maximum: 1),
            WorkflowInput("scale", .number, minimum: 0.5),
            WorkflowInput("fast", .boolean),
            WorkflowInput("image", .file),
            WorkflowInput("seed", .integer, minimum: 5, maximum: 9),
        ]
        let estimatedDuration: Duration = .seconds(2)
        let isComputing = false

        func run(_ inputs: [String: WorkflowInputValue], _ task: WorkflowTask) async throws -> WorkflowResult {
            WorkflowResult(outputs: [
                "width": .data(inputs["width"]?.integerValue.map { .integer($0) } ?? .null),
                "seed": .data(inputs["seed"]?.integerValue.map { .integer($0) } ?? .null),
                "given": .data(.array(inputs.keys.sorted().map { .string($0) })),
            ])
        }
    }

    private func create(_ inputs: JSONValue, _ gateway: TestGateway) async throws -> TestGateway.Answer {
        try await gateway.call(.create, ["workflow_id": "picky", "alias_id": "main", "inputs": inputs])
    }

    static let mistakes: [(JSONValue, String)] = [
        ([:], "the input \"prompt\" of picky is required (what to draw)"),
        (["prompt": nil], "the input \"prompt\" of picky is required (what to draw)"),
        (["prompt": 7], "the input \"prompt\" must be a string, not a whole number"),
        (["prompt": ""], "the input \"prompt\" must be 1 to 5 characters, not 0"),
        (["prompt": "longer"], "the input \"prompt\" must be 1 to 5 characters, not 6"),
        (["prompt": "x", "width": "64"], "the input \"width\" must be a whole number, not a string"),
        (["prompt": "x", "width": 64.5], "the input \"width\" must be a whole number, not a fraction"),
        (["prompt": "x", "width": 8], "the input \"width\" must be 16 to 4096, not 8"),
        (["prompt": "x", "strength": 1.5], "the input \"strength\" must be at most 1, not 1.5"),
        (["prompt": "x", "scale": 0], "the input \"scale\" must be at least 0.5, not 0"),
        (["prompt": "x", "fast": 1], "the input \"fast\" must be true or false, not a whole number"),
        (["prompt": "x", "image": true], "the input \"image\" must be a file's URL or a data: URI, not true or false"),
        (["prompt": "x", "image": "data:image/png;base64"], "the input \"image\" is not a data: URI: it has no comma"),
        (
            ["prompt": "x", "image": "data:image/png;base64,A"],
            "the input \"image\" is a data: URI whose base64 is broken"
        ),
    ]

    @Test("An invalid input is refused with its name and the reason", arguments: mistakes)
    func invalidInput(_ inputs: JSONValue, _ message: String) async throws {
        try await TestGateway.run(workflows: [Picky()]) { gateway in
            let answer = try await create(inputs, gateway)
            #expect(answer.code == "InvalidParameter")
            #expect(answer.message == message)
        }
    }

    @Test("An unknown input is refused with the nearest name")
    func anUnknownInputNamesTheNearest() async throws {
        try await TestGateway.run(workflows: [Picky()]) { gateway in
            let answer = try await create(["promt": "x"], gateway)
            #expect(answer.message.hasPrefix("the workflow picky has no input \"promt\"; did you mean \"prompt\"?"))
        }
    }

    @Test(
        "An input of bare base64 is refused with the data: prefix that is missing",
        arguments: [
            ("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ", "data:image/png;base64,iVBORw0KGgoA…"),
            ("/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAAMCAgMCAgM", "data:image/jpeg;base64,/9j/4AAQSkZJ…"),
            ("UklGRiQAAABXRUJQVlA4IBgAAAAwAQCdASoBAAEAAgA0", "data:image/webp;base64,UklGRiQAAABX…"),
            ("iVBORw0KGgoAAAAN\r\nSUhEUgAAAAEAAAAB\r\nCAYAAAAf", "data:image/png;base64,iVBORw0KGgoA…"),
            (String(repeating: "AAAA", count: 256), "data:application/octet-stream;base64,AAAAAAAAAAAA…"),
        ])
    func bareBase64(_ text: String, _ hint: String) async throws {
        try await TestGateway.run(workflows: [Picky()]) { gateway in
            let answer = try await create(["prompt": "x", "image": .string(text)], gateway)
            #expect(answer.code == "InvalidParameter")
            #expect(
                answer.message
                    == "the input \"image\" is base64 without a data: URI's beginning: send \"\(hint)\"")
        }
    }

    @Test(
        "An input of text that is not base64 is refused as a path",
        arguments: ["shoe.jpg", "shoe", "photos/2024/summer/shoe/white/left", "iVBORw0KGgo"])
    func noBase64(_ text: String) async throws {
        try await TestGateway.run(workflows: [Picky()]) { gateway in
            let answer = try await create(["prompt": "x", "image": .string(text)], gateway)
            #expect(answer.message.hasSuffix("which is not a URL; a file of yours needs a path such as \"./\(text)\""))
        }
    }

    @Test("A URL of another server is refused as an input")
    func foreignURLsAreNotFetched() async throws {
        try await TestGateway.run(workflows: [Picky()]) { gateway in
            let answer = try await create(["prompt": "x", "image": "https://example.com/a.png"], gateway)
            #expect(answer.message.contains("only this gateway's own URLs and data: URIs can be read offline"))
        }
    }

    @Test("A missing input gets its default, and null counts as missing")
    func defaultsAndNulls() async throws {
        try await TestGateway.run(workflows: [Picky()]) { gateway in
            let created = try await create(["prompt": "x", "strength": nil, "width": 64.0], gateway).json["data"]
            #expect(created?["estimatedDurationInSeconds"]?.lenientDouble == 2)
            let done = try await gateway.ended(created?["taskId"]?.stringValue ?? "")
            #expect(done.output?["width"] == 64)
            #expect(done.output?["given"] == ["prompt", "width"])
        }
    }

    @Test("A randomized seed keeps to its bounds, and a given seed is kept")
    func randomizedSeeds() async throws {
        try await TestGateway.run(workflows: [Picky()], with: configured { $0.random = { 8 } }) { gateway in
            var seeds: [JSONValue?] = []
            for inputs: JSONValue in [["prompt": "x"], ["prompt": "x", "seed": 6]] {
                let created = try await gateway.call(
                    .create,
                    ["workflow_id": "picky", "alias_id": "main", "inputs": inputs, "randomise_seeds": true])
                let id = created.json["data"]?["taskId"]?.stringValue ?? ""
                seeds.append(try await gateway.ended(id).output?["seed"])
            }
            #expect(seeds == [8, 6])
        }
    }

    @Test("A data: URI as an input becomes a file")
    func aDataURIBecomesAFile() async throws {
        try await TestGateway.run { gateway in
            let created = try await gateway.echo(["image": "data:text/plain;base64,aGVsbG8="])
            let done = try await gateway.ended(created.id)
            let file = try #require(done.files.first)
            #expect(file.mimeType == "text/plain")
            #expect(try await gateway.client.files.read(file.url) == Array("hello".utf8))
        }
    }

    @Test("EmbeddedFile reads percent-encoded and base64 data: URIs up to its size limit")
    func dataURIs() throws {
        #expect(try EmbeddedFile("data:,a%20b").bytes == Array("a b".utf8))
        #expect(try EmbeddedFile("data:;base64,AAEC").bytes == [0, 1, 2])
        #expect(try EmbeddedFile("data:image/png;charset=x;base64,AAEC").mimeType == "image/png")
        #expect(throws: Refusal.self) { try EmbeddedFile("data:,%4") }
        let large = "data:," + String(repeating: "x", count: EmbeddedFile.largest)
        #expect(try EmbeddedFile(large).bytes.count == EmbeddedFile.largest)
        #expect(throws: Refusal.self) { try EmbeddedFile(large + "x") }
    }

    @Test("An embedded file is read by the same rules as the SDK's data: URIs")
    func sameRulesAsTheSDK() throws {
        // The URL alphabet, and missing padding.
        #expect(try EmbeddedFile("data:application/x-own;base64,_-8").bytes == [0xFF, 0xEF])
        #expect(try EmbeddedFile("DATA:;charset=utf-8,x") == EmbeddedFile("data:text/plain,x"))
        for text in ["data:nonsense,x", "data:a/b/c,x", "data:image/png;base64,***"] {
            #expect(throws: Refusal.self, "\(text)") { try EmbeddedFile(text) }
        }
    }
}
