package import LuaRuntime

/// What picture scripts need of the world around them: where pictures come from, and where they may go.
package struct PictureHost: Sendable {
    /// Reads the content of a picture's file.
    package typealias Reading = @Sendable () async throws -> [UInt8]

    /// How to read what `image.open` was given. Checked at once, read later; nil for a value that names no file.
    package var source: @Sendable (LuaValue) throws -> Reading?
    /// A text that is the same for two objects that stand for the same file.
    package var identity: @Sendable (any LuaObject) -> String
    /// The URL of the result of a prediction that an object stands for; nil for other objects.
    package var resultURL: @Sendable (any LuaObject) -> String?
    /// Called with the results whose content has reached the script as the bytes of a picture.
    package var noteUse: @Sendable (_ resultURLs: Set<String>) -> Void
    /// Writes a picture's file and returns its path. Paths are bytes.
    package typealias Saving =
        @Sendable (
            _ path: LuaString, _ bytes: [UInt8], _ origin: SavedResult?, _ onConflict: SaveConflict
        ) async throws -> LuaString

    /// A saved picture may have results in it, by its origin: they are used then, too.
    package var save: Saving
    /// What the pictures of one script may take together.
    package let memory: PictureMemory

    /// A host that opens and saves as these functions do.
    package init(
        memory: PictureMemory = PictureMemory(),
        source: @escaping @Sendable (LuaValue) throws -> Reading?,
        identity: @escaping @Sendable (any LuaObject) -> String = { $0.luaDescription },
        resultURL: @escaping @Sendable (any LuaObject) -> String? = { _ in nil },
        noteUse: @escaping @Sendable (_ resultURLs: Set<String>) -> Void = { _ in },
        save: @escaping Saving
    ) {
        self.memory = memory
        self.source = source
        self.identity = identity
        self.resultURL = resultURL
        self.noteUse = noteUse
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
