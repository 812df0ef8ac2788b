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
        if let state = context.variable(Self.variable) {
            path = FilePath(context.absolute(state)).appending("local").lexicallyNormalized().string
        } else if let data = BaseDirectories(context.environment, home: context.variable("HOME")).data {
            path = data.appending("speedpix").appending("local").lexicallyNormalized().string
        } else {
            return nil
        }
    }
}
