/// The workflows that come with the gateway.
package enum BuiltInWorkflows {
    /// Those that are Lua scripts; see `Scripts/`.
    private static let scripts: [(id: String, source: [UInt8])] = [
        ("white-background", PackageResources.white_background_lua),
        ("text-to-image", PackageResources.text_to_image_lua),
        ("img2img", PackageResources.img2img_lua),
        ("image-to-video", PackageResources.image_to_video_lua),
    ]

    /// Their ids, without reading the scripts.
    package static let ids = scripts.map(\.id) + [EchoWorkflow().id]

    /// - Throws: `LuaError` for a script that does not declare a workflow.
    package static func load() async throws -> [any LocalWorkflow] {
        var workflows: [any LocalWorkflow] = []
        for script in scripts { workflows.append(try await ScriptWorkflow(id: script.id, source: script.source)) }
        return workflows + [EchoWorkflow()]
    }
}
