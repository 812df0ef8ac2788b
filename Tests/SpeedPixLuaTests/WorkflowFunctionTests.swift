import LuaRuntime
import SpeedPix
import SpeedPixLua
import SpeedPixTestSupport
import Testing

@Suite("speedpix.workflows and speedpix.workflow")
struct WorkflowFunctionTests {
    private static let answer = ScriptedReply.ok([
        "workflows": [
            [
                "id": "shop", "title": "Shop", "kind": "comfyui", "version": "v2", "versions": ["v1", "v2"],
                "aliases": ["main": "v2"],
                "inputs": [
                    ["name": "image", "type": "image", "required": true, "help": "Photo"],
                    ["name": "seed", "type": "integer", "default": 5, "maximum": .unsigned(.max)],
                    ["name": "sampler", "type": "choice", "choices": ["euler", "lcm"]],
                ],
                "outputs": [["name": "images", "type": "file", "always_array": true]],
            ]
        ]
    ])

    @Test("A script gets names, inputs and defaults, and no fields for what is not known")
    func fields() async throws {
        let folder = try ScriptFolder()
        let host = try folder.host(transport: ScriptedTransport([Self.answer, Self.answer]))
        try await folder.run(
            """
            local all = speedpix.workflows()
            assert(#all == 1 and all[1].id == "shop" and all[1].title == "Shop")
            local shop = speedpix.workflow("shop")
            assert(shop.kind == "comfyui" and shop.version == "v2" and shop.aliases.main == "v2" and #shop.versions == 2)
            local image, seed, sampler = table.unpack(shop.inputs)
            assert(image.name == "image" and image.type == "image" and image.required and image.help == "Photo")
            assert(image.default == nil and image.choices == nil and image.minimum == nil)
            assert(seed.default == 5 and not seed.required and tostring(seed.maximum) == "18446744073709551615")
            assert(sampler.choices[2] == "lcm" and sampler.help == nil)
            local images = shop.outputs[1]
            assert(#shop.outputs == 1 and images.name == "images" and images.type == "file" and images.always_array)
            """, host: host)
    }

    @Test("The service answers as unsupported, in plain words")
    func unsupported() async throws {
        let folder = try ScriptFolder()
        for call in ["workflows()", "workflow('shop')"] {
            let host = try folder.host(transport: ScriptedTransport([], then: .text("", status: 404)))
            let error = await folder.failure("speedpix.\(call)", host: host)
            #expect(error?.code == "unsupported", "\(String(describing: error))")
            #expect(error?.message.contains("the service does not offer") == true)
            #expect(error?.hint?.contains("local gateway") == true)
        }
    }

    @Test(
        "Arguments that cannot be right are named", arguments: ["workflow()", "workflow({})", "workflows({ x = 1 })"])
    func mistakes(call: String) async throws {
        let error = await (try ScriptFolder()).failure("speedpix.\(call)")
        #expect(error != nil && error?.code != "unsupported", "\(String(describing: error))")
    }
}
