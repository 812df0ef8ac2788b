import SpeedPix
import Testing

@testable import ComfyUI

@Suite("NodeDefinitions")
struct NodeDefinitionsTests {
    /// As servers answer, old and new.
    static let objectInfo = """
        {"KSampler": {
           "input": {"required": {
               "model": ["MODEL", {"tooltip": "…"}],
               "seed": ["INT", {"default": 0, "min": 0, "max": 18446744073709551615, "control_after_generate": true}],
               "cfg": ["FLOAT", {"default": 8.0, "min": 0.0, "max": 100.0, "step": 0.1}],
               "sampler_name": [["euler", "dpmpp_2m"], {"default": "euler"}]},
             "optional": {"note": ["STRING", {"multiline": true}]},
             "hidden": {"unique_id": "UNIQUE_ID"}},
           "input_order": {"required": ["model", "seed", "cfg", "sampler_name"], "optional": ["note"]},
           "output": ["LATENT"], "output_node": false, "name": "KSampler", "display_name": "KSampler", "category": "x"},
         "LoadImage": {"input": {"required": {"image": [["a.png", "猫.png"], {"image_upload": true}]}},
           "output": ["IMAGE", "MASK"], "display_name": "Load Image"},
         "LoadImageMask": {"input": {"required": {
             "image": ["COMBO", {"options": ["a.png"], "image_upload": true}],
             "channel": ["COMBO", {"options": ["alpha", "red"]}]}}, "output": ["MASK"]},
         "LoadVideo": {"input": {"required": {"file": ["COMBO", {"options": [], "video_upload": true}]}}, "output": ["VIDEO"]},
         "LoadAudio": {"input": {"required": {"audio": [["a.wav"], {"audio_upload": true}]}}, "output": ["AUDIO"]},
         "Load3D": {"input": {"required": {"model_file": [["a.glb"], {"file_upload": true}]}}, "output": ["MESH"]},
         "SaveImage": {"input": {"required": {"images": ["IMAGE"], "filename_prefix": ["STRING", {"default": "ComfyUI"}]}},
           "output": [], "output_node": true, "display_name": "Save Image"},
         "Veo": {"input": {"required": {"fast": ["BOOLEAN", {"default": false}]}}, "output": [["a", "b"]], "api_node": true},
         "Export": {"input": {"required": {
             "format": ["COMFY_DYNAMICCOMBO_V3", {"options": [
                 {"key": "png", "inputs": {"required": {"bit_depth": ["COMBO", {"options": ["8-bit", "16-bit"]}]}}},
                 {"key": "exr", "inputs": {"required": {"bit_depth": ["COMBO", {"options": ["32-bit"]}]},
                                           "optional": {"deep": ["COMFY_DYNAMICCOMBO_V3", {"options": [
                     {"key": "on", "inputs": {"required": {"levels": ["INT", {"min": 1}]}}}]}]}}}]}],
             "images": ["COMFY_AUTOGROW_V3", {"template": {"prefix": "image", "min": 2}}],
             "tags": ["COMBO", {"options": ["a"], "multiselect": true}],
             "model": ["COMBO", {"remote": {"route": "/x"}}]}}, "output": []},
         "Odd": {"input": {"required": {"a": [], "b": 5, "c": [5], "d": [["x", 1, true]], "e": ["INT"]}}, "output": ["*"]},
         "Broken": 7}
        """

    static func definitions() throws -> NodeDefinitions {
        NodeDefinitions(objectInfo: try JSONValue(parsing: objectInfo.utf8))
    }

    static let kinds: [(GraphField, NodeInputDefinition.Kind)] = [
        (GraphField("KSampler", "model"), .link("MODEL")),
        (GraphField("KSampler", "seed"), .int(min: 0, max: .unsigned(.max), step: nil)),
        (GraphField("KSampler", "cfg"), .float(min: 0, max: 100, step: 0.1)),
        (GraphField("KSampler", "sampler_name"), .choice(["euler", "dpmpp_2m"], upload: nil)),
        (GraphField("KSampler", "note"), .string(isMultiline: true)),
        (GraphField("LoadImage", "image"), .choice(["a.png", "猫.png"], upload: .image)),
        (GraphField("LoadImageMask", "image"), .choice(["a.png"], upload: .mask)),
        (GraphField("LoadImageMask", "channel"), .choice(["alpha", "red"], upload: nil)),
        (GraphField("LoadVideo", "file"), .choice([], upload: .video)),
        (GraphField("LoadAudio", "audio"), .choice(["a.wav"], upload: .audio)),
        (GraphField("Load3D", "model_file"), .choice(["a.glb"], upload: .file)),
        (GraphField("SaveImage", "filename_prefix"), .string(isMultiline: false)),
        (GraphField("Veo", "fast"), .boolean),
        (GraphField("Export", "format"), .other("COMFY_DYNAMICCOMBO_V3")),
        (GraphField("Export", "images"), .other("COMFY_AUTOGROW_V3")),
        (GraphField("Export", "tags"), .other("COMBO")),
        (GraphField("Export", "model"), .other("COMBO")),
        (GraphField("Odd", "d"), .choice(["x", 1, true], upload: nil)),
        (GraphField("Odd", "e"), .int(min: nil, max: nil, step: nil)),
    ]

    @Test("NodeDefinitions: fields of old and new servers are read", arguments: kinds)
    func kind(_ field: GraphField, _ kind: NodeInputDefinition.Kind) throws {
        #expect(try Self.definitions()[field.node]?.definition(of: field.field)?.kind == kind)
    }

    @Test("NodeDefinitions: classes keep order, outputs and flags, and what is malformed is left out")
    func classes() throws {
        let definitions = try Self.definitions()
        #expect(definitions["Broken"] == nil && definitions.classes.count == 10)
        let sampler = try #require(definitions["KSampler"])
        #expect(sampler.inputs.map(\.name) == ["model", "seed", "cfg", "sampler_name", "note"])
        #expect(sampler.inputs.map(\.isRequired) == [true, true, true, true, false])
        #expect(sampler.inputs.map(\.hasSeedControl) == [false, true, false, false, false])
        #expect(sampler.inputs.map(\.defaultValue) == [nil, 0, 8, "euler", nil])
        #expect(definitions["SaveImage"]?.isOutputNode == true && !sampler.isOutputNode)
        #expect(definitions["SaveImage"]?.displayName == "Save Image")
        #expect(definitions["Veo"]?.isPartnerNode == true && !sampler.isPartnerNode)
        #expect(definitions["Veo"]?.outputs == ["COMBO"])
        #expect(definitions["Odd"]?.inputs.map(\.name) == ["d", "e"])
    }

    @Test("NodeDefinitions: the kept JSON reads back as the same, and so does a second time")
    func roundTrip() throws {
        let definitions = try Self.definitions()
        let text = try definitions.json.encoded()
        let kept = NodeDefinitions(objectInfo: try JSONValue(parsing: text))
        #expect(kept == definitions)
        #expect(try NodeDefinitions(objectInfo: definitions.json).json.encoded() == text)
    }

    static let fields: [(String, JSONValue, NodeInputDefinition.Kind?)] = [
        ("format.bit_depth", "png", .choice(["8-bit", "16-bit"], upload: nil)),
        ("format.bit_depth", "exr", .choice(["32-bit"], upload: nil)),
        ("format.deep", "png", .other("COMFY_DYNAMICCOMBO_V3")),
        ("format.deep.levels", "exr", .int(min: 1, max: nil, step: nil)),
        ("format.nothing", "png", nil),
        ("images.image0", "png", nil),
    ]

    @Test("NodeClass: fields with dots are found by the choice that brings them", arguments: fields)
    func nested(_ field: String, _ format: JSONValue, _ kind: NodeInputDefinition.Kind?) throws {
        let export = try #require(try Self.definitions()["Export"])
        let found = export.definition(of: field, in: ["format": .value(format)])
        #expect(found?.kind == kind)
        #expect(found == nil || found?.name == field)
        #expect(export.definition(of: "format")?.choices == ["png", "exr"])
    }

    @Test("NodeInputDefinition: a seed control is a flag or a word")
    func seedControl() {
        func field(_ control: JSONValue) -> NodeInputDefinition {
            NodeInputDefinition("x", .int(min: nil, max: nil, step: nil), options: ["control_after_generate": control])
        }
        #expect(field(true).hasSeedControl && field("fixed").hasSeedControl)
        #expect(!field(false).hasSeedControl && !field(nil).hasSeedControl)
    }

    @Test("NodeDefinitions: of several servers the choices are the union, and only common requirements stay")
    func merging() throws {
        let one = NodeDefinitions([
            NodeClass(
                "Loader",
                inputs: [
                    NodeInputDefinition("name", .choice(["a", "b"], upload: nil)),
                    NodeInputDefinition("old", .boolean),
                ]), NodeClass("OnlyHere"),
        ])
        let other = NodeDefinitions([
            NodeClass(
                "Loader",
                inputs: [
                    NodeInputDefinition("name", .choice(["c", "b"], upload: nil)),
                    NodeInputDefinition("new", .boolean),
                ]), NodeClass("OnlyThere"),
        ])
        let merged = one.merging(other)
        #expect(merged.classes.keys.sorted() == ["Loader", "OnlyHere", "OnlyThere"])
        let inputs = try #require(merged["Loader"]?.inputs)
        #expect(inputs.map(\.name) == ["name", "old", "new"])
        #expect(inputs.map(\.isRequired) == [true, false, false])
        #expect(inputs[0].choices == ["a", "b", "c"])
        #expect(NodeDefinitions(objectInfo: merged.json) == merged)
        #expect(one.merging(one) == one && NodeDefinitions().merging(one) == one)
    }

    @Test("NodeDefinitions: only the classes of a graph are kept for it")
    func restricted() throws {
        let graph = WorkflowGraph(nodes: ["1": GraphNode("LoadImage"), "2": GraphNode("Unknown")])
        #expect(try Self.definitions().restricted(to: graph).classes.keys.sorted() == ["LoadImage"])
        #expect(
            try Self.definitions().definition(of: GraphField("1", "image"), in: graph)?.kind
                == .choice(["a.png", "猫.png"], upload: .image))
        #expect(try Self.definitions().definition(of: GraphField("2", "image"), in: graph) == nil)
    }

    @Test("NodeDefinitions: for a check there is the nearest class to one that is not known, too")
    func checking() throws {
        let graph = WorkflowGraph(nodes: ["1": GraphNode("LoadImagee"), "2": GraphNode("Unknown")])
        #expect(try Self.definitions().checking(graph).classes.keys.sorted() == ["LoadImage"])
    }
}
