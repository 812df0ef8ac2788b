import ArgumentParser
import SystemPackage

/// The data folder of a gateway that runs on its own.
struct GatewayDataOptions: ParsableArguments {
    /// What stands for a folder that is removed at the end.
    static let temporary = ":temporary:"

    @Option(
        help: ArgumentHelp(
            "Folder that keeps uploads, predictions and results; speedpix/gateway in the user's data folder if not given,"
                + " :temporary: for one that is removed at the end.", valueName: "DIR"),
        completion: .directory)
    var data: String?

    /// An absolute path; nil for a temporary folder, and where there is neither a folder given nor a home.
    ///
    /// It is `--data`, else `$SPEEDPIX_STATE/gateway`, else `speedpix/gateway` in the user's data folder by the XDG base
    /// directory rules.
    func folder(_ context: CommandContext) -> String? {
        if let data { return data == Self.temporary ? nil : context.absolute(data) }
        if let state = context.variable(LocalDataFolder.variable) {
            return FilePath(context.absolute(state)).appending("gateway").lexicallyNormalized().string
        }
        let base = BaseDirectories(context.environment, home: context.variable("HOME")).data
        return base?.appending("speedpix").appending("gateway").lexicallyNormalized().string
    }

    func validate() throws {
        guard data?.isEmpty != true else { throw ValidationError("--data is empty") }
    }
}
