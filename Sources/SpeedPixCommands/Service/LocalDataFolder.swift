import SystemPackage

/// Where the gateway of `--local` keeps its predictions and their files, for the next command to find them.
struct LocalDataFolder: Sendable, Hashable {
    /// Names the folder of everything that lasts from one command to the next.
    static let variable = "SPEEDPIX_STATE"

    /// An absolute path. The folder is made when it is first used.
    let path: String

    /// `$SPEEDPIX_STATE/local`, else `speedpix/local` in the user's data folder by the XDG base directory rules.
    ///
    /// - Returns: Nil if there is neither, nor a home: nothing can be kept.
    init?(_ context: CommandContext) {
        func absolute(_ name: String) -> FilePath? {
            // "All paths must be absolute. If a relative path is encountered [it] should be … ignored."
            context.environment[name].flatMap { $0.hasPrefix("/") ? FilePath($0) : nil }
        }
        if let state = context.environment[Self.variable], !state.isEmpty {
            path = FilePath(context.absolute(state)).appending("local").lexicallyNormalized().string
        } else if let data = absolute("XDG_DATA_HOME") ?? absolute("HOME")?.appending(".local").appending("share") {
            path = data.appending("speedpix").appending("local").lexicallyNormalized().string
        } else {
            return nil
        }
    }
}
