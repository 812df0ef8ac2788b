import SpeedPix

/// The node classes that a ``TestComfyUI`` has if a test gives none: some of ComfyUI's own, and some that only tests have.
enum TestComfyUIClasses {
    /// - Parameter choicesInList: Whether choices stand where a type is otherwise, as versions of 2025 write them.
    static func standard(choicesInList: Bool) -> JSONValue {
        func choice(_ options: [JSONValue], _ rest: [String: JSONValue] = [:]) -> JSONValue {
            choicesInList
                ? [.array(options), .object(rest)]
                : ["COMBO", .object(rest.merging(["options": .array(options)], uniquingKeysWith: { $1 }))]
        }
        func size(_ value: JSONValue, least: JSONValue) -> JSONValue {
            ["INT", ["default": value, "min": least, "max": 16384, "step": 1]]
        }
        let image: JSONValue = ["IMAGE"]
        let text: JSONValue = ["STRING", ["multiline": true, "default": ""]]
        let most: JSONValue = JSONValue(UInt64.max)
        let seed: JSONValue = ["INT", ["default": 0, "min": 0, "max": most, "control_after_generate": true]]
        let methods = choice(["nearest-exact", "bilinear", "area", "bicubic", "lanczos"])
        let file = choice([], ["image_upload": true])

        var classes: [String: JSONValue] = [:]
        func add(
            _ name: String, _ displayName: String, _ inputs: [(String, JSONValue)], _ outputs: [JSONValue],
            isOutput: Bool = false, isPartner: Bool = false
        ) {
            classes[name] = node(name, displayName, inputs, outputs, isOutput: isOutput, isPartner: isPartner)
        }
        add("LoadImage", "Load Image", [("image", file)], ["IMAGE", "MASK"])
        let scale: [(String, JSONValue)] = [
            ("image", image), ("upscale_method", methods), ("width", size(512, least: 0)),
            ("height", size(512, least: 0)), ("crop", choice(["disabled", "center"])),
        ]
        add("ImageScale", "Upscale Image", scale, ["IMAGE"])
        add("ImageInvert", "Invert Image", [("image", image)], ["IMAGE"])
        let empty: [(String, JSONValue)] = [
            ("width", size(512, least: 1)), ("height", size(512, least: 1)),
            ("batch_size", ["INT", ["default": 1, "min": 1, "max": 4096]]),
            ("color", ["INT", ["default": 0, "min": 0, "max": 16_777_215, "display": "color"]]),
        ]
        add("EmptyImage", "EmptyImage", empty, ["IMAGE"])
        let save: [(String, JSONValue)] = [
            ("images", image), ("filename_prefix", ["STRING", ["default": "ComfyUI"]]),
        ]
        add("SaveImage", "Save Image", save, [], isOutput: true)
        add("PreviewImage", "Preview Image", [("images", image)], [], isOutput: true)
        let sampler: [(String, JSONValue)] = [
            ("image", image), ("seed", seed), ("steps", ["INT", ["default": 20, "min": 1, "max": 10000]]),
            ("denoise", ["FLOAT", ["default": 1.0, "min": 0.0, "max": 1.0, "step": 0.01]]),
            ("tiled", ["BOOLEAN", ["default": false]]),
        ]
        add("TestSampler", "Test Sampler", sampler, ["IMAGE"])
        add("TestText", "Test Text", [("text", text)], ["STRING"])
        add("TestShowText", "Show Test Text", [("text", ["STRING", ["forceInput": true]])], ["STRING"], isOutput: true)
        add("TestPartnerImage", "Image of a Partner", [("prompt", text)], ["IMAGE"], isPartner: true)
        return .object(classes)
    }

    private static func node(
        _ name: String, _ displayName: String, _ inputs: [(String, JSONValue)], _ outputs: [JSONValue],
        isOutput: Bool, isPartner: Bool
    ) -> JSONValue {
        let members: [String: JSONValue] = [
            "input": ["required": .object(Dictionary(inputs, uniquingKeysWith: { $1 }))],
            "input_order": ["required": .array(inputs.map { .string($0.0) })],
            "output": .array(outputs),
            "output_is_list": .array(outputs.map { _ in false }),
            "output_name": .array(outputs),
            "name": .string(name),
            "display_name": .string(displayName),
            "description": "",
            "python_module": "nodes",
            "category": "test",
            "output_node": .bool(isOutput),
            "api_node": .bool(isPartner),
        ]
        return .object(members)
    }
}
