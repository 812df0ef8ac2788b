package import LuaRuntime

/// What picture scripts need of the world around them: where pictures come from, and where they may go.
package struct PictureHost: Sendable {
    /// Reads the content of a picture's file.
    package typealias Reading = @Sendable () async throws -> [UInt8]

    /// How to read what `image.open` was given. Checked at once, read later; nil for a value that names no file.
    package var source: @Sendable (LuaValue) throws -> Reading?
    /// A text that is the same for two objects that stand for the same file.
    package var identity: @Sendable (any LuaObject) -> String
    /// Writes a picture's file and returns its path. Paths are bytes.
    package typealias Saving =
        @Sendable (
            _ path: LuaString, _ bytes: [UInt8], _ origin: SavedResult?, _ onConflict: SaveConflict
        ) async throws -> LuaString

    package var save: Saving
    /// What the pictures of one script may take together.
    package let memory: PictureMemory

    /// A host that opens and saves as these functions do.
    package init(
        memory: PictureMemory = PictureMemory(),
        source: @escaping @Sendable (LuaValue) throws -> Reading?,
        identity: @escaping @Sendable (any LuaObject) -> String = { $0.luaDescription },
        save: @escaping Saving
    ) {
        self.memory = memory
        self.source = source
        self.identity = identity
        self.save = save
    }

    /// For scripts without files, such as workflows: they get pictures as inputs and return them as outputs.
    package static func withoutFiles() -> PictureHost {
        PictureHost(
            source: { _ in nil },
            save: { _, _, _, _ in
                throw LuaArgumentError("a workflow saves no files", hint: "return the picture as an output")
            })
    }
}
