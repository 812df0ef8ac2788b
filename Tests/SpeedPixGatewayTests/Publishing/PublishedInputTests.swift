import ComfyUI
import SpeedPix
import Testing

@testable import SpeedPixGateway

@Suite("Published inputs")
struct PublishedInputTests {
    /// What was asked for, what the class says, what the graph has, and what comes of it.
    typealias KindCase = (PublishedInput.Kind?, NodeInputDefinition.Kind?, JSONValue?, PublishedInput.Kind?)

    static let whole = NodeInputDefinition.Kind.int(min: nil, max: nil, step: nil)
    static let fraction = NodeInputDefinition.Kind.float(min: nil, max: nil, step: nil)

    static let byClass: [KindCase] = [
        (nil, whole, 5, .int), (nil, fraction, 5, .float), (nil, .string(isMultiline: true), "a", .string),
        (nil, .boolean, true, .boolean), (nil, .choice(["a"], upload: nil), "a", .choice),
        (nil, .choice([], upload: .image), "a.png", .image), (nil, .choice([], upload: .mask), "a.png", .mask),
        (nil, .choice([], upload: .video), "a.mp4", .video), (nil, .choice([], upload: .audio), "a.wav", .audio),
        (nil, .choice([], upload: .file), "a.glb", .file),
    ]

    static let byValue: [KindCase] = [
        (nil, nil, 5, .int), (nil, nil, .unsigned(.max), .int), (nil, nil, 5.5, .float), (nil, nil, "a", .string),
        (nil, nil, false, .boolean), (nil, nil, [1, 2], nil), (nil, nil, ["a": 1], nil), (nil, nil, nil, nil),
        (nil, .link("SEED"), 5, .int), (nil, .other("COMBO"), ["a"], nil), (nil, .other("COMBO"), "a", .string),
    ]

    static let askedFor: [KindCase] = [
        (.string, .string(isMultiline: false), "a", .string), (.int, fraction, 5.5, .int), (.float, whole, 5, nil),
        (.float, nil, 5, .float), (.int, nil, 5.5, .int), (.string, whole, 5, nil), (.boolean, whole, 1, nil),
        (.choice, .string(isMultiline: false), "a", nil), (.choice, nil, "a", nil),
        (.string, .choice(["a"], upload: nil), "a", nil), (.choice, .choice(["a"], upload: nil), "a", .choice),
        (.mask, .choice([], upload: .image), "a.png", .mask), (.image, .choice([], upload: .mask), "a.png", .image),
        (.video, .choice([], upload: .image), "a.png", nil), (.video, .choice([], upload: .file), "a", .video),
        // Loaders that do not say that they take a file.
        (.video, .choice(["a.mp4"], upload: nil), "a.mp4", .video),
        (.image, .string(isMultiline: false), "a.png", .image), (.audio, nil, "a.wav", .audio),
        (.image, whole, 5, nil), (.string, nil, [1], nil), (.string, nil, nil, .string),
    ]

    @Test(
        "PublishedInput: the type is what was asked for if the field can be that",
        arguments: byClass + byValue + askedFor)
    func kind(
        _ declared: PublishedInput.Kind?, _ defined: NodeInputDefinition.Kind?, _ value: JSONValue?,
        _ kind: PublishedInput.Kind?
    ) throws {
        let definition = defined.map { NodeInputDefinition("x", $0) }
        if let kind {
            #expect(try PublishedInput.kind(declared, definition, value: value) == kind)
        } else {
            let problem = #expect(throws: InputKindProblem.self) {
                try PublishedInput.kind(declared, definition, value: value)
            }
            #expect(problem?.message.isEmpty == false)
        }
    }

    @Test("PublishedInput: range, choices, default and help are those of the workflow")
    func properties() throws {
        let inputs = try PublishingFixture.published().publishedInputs
        func input(_ name: String) throws -> PublishedInput { try #require(inputs.first(where: { $0.name == name })) }
        let image = try input("image")
        #expect(image.kind == .image && image.isRequired && image.defaultValue == nil)
        #expect(image.help == "Product photo (LoadImage)")
        let seed = try input("seed")
        #expect(seed.kind == .int && !seed.isRequired && seed.defaultValue == .unsigned(.max))
        #expect(seed.minimum == 0 && seed.maximum == .unsigned(.max) && seed.help == "KSampler")
        let sampler = try input("sampler")
        #expect(sampler.kind == .choice && sampler.choices == ["euler", "dpmpp_2m"] && sampler.defaultValue == "euler")
        let bits = try input("bits")
        #expect(bits.kind == .choice && bits.choices == ["8-bit", "16-bit"] && bits.defaultValue == "16-bit")
        // The graph does not have it; its class has a default.
        let tiled = try input("tiled")
        #expect(tiled.kind == .boolean && tiled.defaultValue == false && !tiled.isRequired)
    }

    @Test("PublishedInput: a choice is spelt as the servers do")
    func spelling() throws {
        let input = try PublishedInput(
            InputSelector("model", GraphField("4", "ckpt_name")), in: PublishingFixture.graph,
            PublishingFixture.definitions)
        #expect(input.defaultValue == "sd/xl.safetensors")
    }

    @Test("PublishedInput: a whole number's range is exact up to 64 bits")
    func exactRange() throws {
        var input = PublishedInput("x", GraphField("1", "x"), .int)
        #expect(input.declaration.wholeRange == Int128.min...Int128.max)
        (input.minimum, input.maximum) = (.integer(.min), .unsigned(.max))
        #expect(input.declaration.wholeRange == Int128(Int64.min)...Int128(UInt64.max))
        (input.minimum, input.maximum) = (5, 4)
        #expect(input.declaration.wholeRange == nil)
    }

    @Test("PublishedInput: what is kept as JSON reads back as the same")
    func json() throws {
        let workflow = try PublishingFixture.published()
        for input in workflow.publishedInputs {
            let text = try input.json.encoded()
            let kept = PublishedInput(try JSONValue(parsing: text))
            #expect(kept == input, "\(input.name)")
        }
        for output in workflow.publishedOutputs { #expect(PublishedOutput(output.json) == output) }
        let file = PublishedFile(
            field: GraphField("57:8", "a.b"), filename: "猫.png",
            key: ObjectKey(.uploads, uniqueName: "u-1", filename: "猫.png"), mimeType: "image/png")
        #expect(PublishedFile(file.json) == file)
        for broken: JSONValue in [[:], ["name": "x"], ["name": "x", "node": 1, "field": "y"], nil, "x"] {
            #expect(PublishedInput(broken) == nil && PublishedOutput(broken) == nil && PublishedFile(broken) == nil)
        }
    }

    @Test("PublishedWorkflow: files are named by the fields that are no inputs")
    func files() throws {
        let fields = PublishedWorkflow.fileFields(
            of: PublishingFixture.graph, PublishingFixture.definitions, inputs: [])
        #expect(fields.map(\.field) == [GraphField("1", "image")])
        #expect(fields.first?.file.filename == "photo.png")
        let none = PublishedWorkflow.fileFields(
            of: PublishingFixture.graph, PublishingFixture.definitions,
            inputs: try PublishingFixture.published().publishedInputs)
        #expect(none.isEmpty)
    }
}
