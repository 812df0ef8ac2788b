import ComfyUI
import SpeedPix

@testable import SpeedPixGateway

/// A workflow as templates are: ids of a subgraph, a field with a dot, a seed beyond 2^63, a seed in a node of its own.
enum PublishingFixture {
    static let whole = NodeInputDefinition.Kind.int(min: 0, max: .unsigned(.max), step: nil)
    static let seedControl: [String: JSONValue] = ["control_after_generate": true]

    /// Each choice brings a field.
    static let formats: JSONValue = [
        ["key": "png", "inputs": ["required": ["bit_depth": ["COMBO", ["options": ["8-bit", "16-bit"]]]]]],
        ["key": "webp", "inputs": ["required": ["quality": ["INT", ["min": 1, "max": 100]]]]],
    ]

    static let definitions: NodeDefinitions = {
        var classes: [NodeClass] = []
        classes.append(
            NodeClass(
                "LoadImage", displayName: "Load Image",
                inputs: [NodeInputDefinition("image", .choice(["photo.png", "猫.png"], upload: .image))],
                outputs: ["IMAGE", "MASK"]))
        classes.append(
            NodeClass(
                "CheckpointLoaderSimple", displayName: "Load Checkpoint",
                inputs: [
                    NodeInputDefinition("ckpt_name", .choice(["sd/xl.safetensors", "flux.safetensors"], upload: nil))
                ],
                outputs: ["MODEL", "CLIP", "VAE"]))
        classes.append(
            NodeClass(
                "CLIPTextEncode", displayName: "CLIP Text Encode (Prompt)",
                inputs: [
                    NodeInputDefinition("text", .string(isMultiline: true)), NodeInputDefinition("clip", .link("CLIP")),
                ], outputs: ["CONDITIONING"]))
        classes.append(
            NodeClass(
                "EmptyLatentImage", displayName: "Empty Latent Image",
                inputs: ["width", "height"].map { NodeInputDefinition($0, .int(min: 16, max: 16384, step: 8)) },
                outputs: ["LATENT"]))
        classes.append(
            NodeClass(
                "KSampler", displayName: "KSampler",
                inputs: [
                    NodeInputDefinition("model", .link("MODEL")),
                    NodeInputDefinition("seed", whole, options: seedControl),
                    NodeInputDefinition("steps", .int(min: 1, max: 10000, step: nil), options: ["default": 20]),
                    NodeInputDefinition("cfg", .float(min: 0, max: 100, step: 0.1)),
                    NodeInputDefinition("sampler_name", .choice(["euler", "dpmpp_2m"], upload: nil)),
                    NodeInputDefinition("positive", .link("CONDITIONING")),
                    NodeInputDefinition("negative", .link("CONDITIONING")),
                    NodeInputDefinition("latent_image", .link("LATENT")),
                    NodeInputDefinition("tiled", isRequired: false, .boolean, options: ["default": false]),
                    NodeInputDefinition("noise", isRequired: false, .link("NOISE")),
                ], outputs: ["LATENT"]))
        classes.append(
            NodeClass(
                "PrimitiveInt", displayName: "Int",
                inputs: [
                    NodeInputDefinition(
                        "value", .int(min: .integer(.min), max: .integer(.max), step: nil), options: seedControl)
                ], outputs: ["INT"]))
        classes.append(
            NodeClass("RandomNoise", inputs: [NodeInputDefinition("noise_seed", whole)], outputs: ["NOISE"]))
        classes.append(
            NodeClass(
                "VAEDecode", displayName: "VAE Decode",
                inputs: [NodeInputDefinition("samples", .link("LATENT")), NodeInputDefinition("vae", .link("VAE"))],
                outputs: ["IMAGE"]))
        classes.append(
            NodeClass(
                "ImageBlend", displayName: "Blend",
                inputs: [NodeInputDefinition("a", .link("IMAGE")), NodeInputDefinition("b", .link("IMAGE"))],
                outputs: ["IMAGE"]))
        classes.append(
            NodeClass(
                "SaveImage", displayName: "Save Image",
                inputs: [
                    NodeInputDefinition("images", .link("IMAGE")),
                    NodeInputDefinition(
                        "filename_prefix", .string(isMultiline: false), options: ["default": "ComfyUI"]),
                ], isOutputNode: true))
        classes.append(
            NodeClass(
                "Export",
                inputs: [
                    NodeInputDefinition(
                        "format", .other("COMFY_DYNAMICCOMBO_V3"),
                        options: ["options": formats]), NodeInputDefinition("images", .link("IMAGE")),
                    NodeInputDefinition("filename_prefix", .string(isMultiline: false)),
                ], isOutputNode: true))
        classes.append(
            NodeClass("Veo", inputs: [], outputs: ["VIDEO"], isPartnerNode: true))
        return NodeDefinitions(classes)
    }()

    static let graph: WorkflowGraph = {
        var nodes: [String: GraphNode] = [:]
        nodes["1"] = GraphNode("LoadImage", title: "Product photo", inputs: ["image": .value("photo.png")])
        nodes["4"] = GraphNode(
            "CheckpointLoaderSimple", title: "Load Checkpoint", inputs: ["ckpt_name": .value("sd\\xl.safetensors")])
        nodes["6"] = GraphNode(
            "CLIPTextEncode", title: "CLIP Text Encode (Positive Prompt)",
            inputs: ["text": .value("a shoe"), "clip": .link(node: "4", output: 1)])
        nodes["7"] = GraphNode(
            "CLIPTextEncode", title: "CLIP Text Encode (Negative Prompt)",
            inputs: ["text": .value("blurry"), "clip": .link(node: "4", output: 1)])
        nodes["5"] = GraphNode(
            "EmptyLatentImage", title: "Empty Latent Image", inputs: ["width": .value(512), "height": .value(768)])
        nodes["3"] = GraphNode(
            "KSampler", title: "KSampler",
            inputs: [
                "model": .link(node: "4", output: 0), "seed": .value(.unsigned(.max)), "steps": .value(20),
                "cfg": .value(8), "sampler_name": .value("euler"), "positive": .link(node: "6", output: 0),
                "negative": .link(node: "7", output: 0), "latent_image": .link(node: "5", output: 0),
                "noise": .link(node: "57:3", output: 0),
            ])
        nodes["12"] = GraphNode("PrimitiveInt", inputs: ["value": .value(7)])
        nodes["57:3"] = GraphNode("RandomNoise", inputs: ["noise_seed": .link(node: "12", output: 0)])
        nodes["9"] = GraphNode(
            "VAEDecode", title: "VAE Decode",
            inputs: ["samples": .link(node: "3", output: 0), "vae": .link(node: "4", output: 2)])
        nodes["11"] = GraphNode(
            "ImageBlend", inputs: ["a": .link(node: "9", output: 0), "b": .link(node: "1", output: 0)])
        nodes["10"] = GraphNode(
            "SaveImage", title: "Save Image",
            inputs: ["images": .link(node: "11", output: 0), "filename_prefix": .value("out/shop")])
        nodes["57:8"] = GraphNode(
            "Export",
            inputs: [
                "images": .link(node: "9", output: 0), "format": .value("png"),
                "format.bit_depth": .value("16-bit"), "filename_prefix": .value("x"),
            ])
        return WorkflowGraph(nodes: nodes)
    }()

    static let inputs = [
        "image=1.image", "text=6.text:string", "seed=3.seed", "cfg=3.cfg", "sampler=3.sampler_name", "tiled=3.tiled",
        "bits=57:8.format.bit_depth",
    ]
    static let outputs = ["images=10.images", "exports=57:8.images[]"]

    static func check(
        _ graph: WorkflowGraph = graph, _ definitions: NodeDefinitions = definitions, allowsPartnerNodes: Bool = false
    ) -> PublicationCheck {
        PublicationCheck(
            graph: graph, definitions: definitions, reservedIDs: ["echo"], allowsPartnerNodes: allowsPartnerNodes)
    }

    static func published(id: String = "shop") throws -> PublishedWorkflow {
        let publication = try check().publication(
            id: id, inputs: inputs.map { try InputSelector(parsing: $0) },
            outputs: outputs.map { try OutputSelector(parsing: $0) })
        return PublishedWorkflow(
            id: id, title: "Shop", summary: "Puts a shoe in a shop", graph: graph, inputs: publication.inputs,
            outputs: publication.outputs, definitions: definitions)
    }
}
