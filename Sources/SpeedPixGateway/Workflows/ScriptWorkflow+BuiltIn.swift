extension ScriptWorkflow {
    /// The picture workflows that come with the gateway; see `Scripts/`.
    package static func builtIn() async throws -> [ScriptWorkflow] {
        [
            try await ScriptWorkflow(id: "white-background", source: PackageResources.white_background_lua),
            try await ScriptWorkflow(id: "text-to-image", source: PackageResources.text_to_image_lua),
            try await ScriptWorkflow(id: "img2img", source: PackageResources.img2img_lua),
            try await ScriptWorkflow(id: "image-to-video", source: PackageResources.image_to_video_lua),
        ]
    }
}
