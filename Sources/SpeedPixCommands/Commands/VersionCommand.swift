import ArgumentParser
import Imaging
import LuaRuntime
import SpeedPix

/// `speedpix version`: what this program is made of.
struct VersionCommand: ContextCommand {
    static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "Prints the versions of speedpix, Lua and libvips.",
        discussion: """
            Example:
              speedpix version --json
            """)

    @Flag(help: "One JSON object.")
    var json = false

    func run(in context: CommandContext) async throws {
        let lua = LuaVM.luaVersion
        // Not there, it is missing only to scripts that work on pictures.
        let vips = try? Image.libraryVersion()
        if json {
            return try context.print([
                "speedpix": .string(SpeedPixVersion.current), "lua": .string(lua),
                "vips": vips.map(JSONValue.string) ?? .null,
            ])
        }
        try context.print("speedpix \(SpeedPixVersion.current)")
        try context.print("lua \(lua)")
        try context.print("libvips \(vips ?? "not installed")")
    }
}
