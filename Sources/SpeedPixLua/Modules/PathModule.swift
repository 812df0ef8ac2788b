import LuaRuntime
import SystemPackage

/// `path`: paths as text; nothing here looks at the disk.
enum PathModule {
    static let module = LuaModule(
        name: "path",
        functions: [
            .immediate("join") { arguments in
                var joined = FilePath("")
                for position in 1..<(arguments.count + 1) {
                    let part = FilePath(try arguments.string(position, "part"))
                    // As a shell would: an absolute part begins anew.
                    joined = part.isAbsolute ? part : joined.appending(part.components)
                }
                let isRelativeToHere = try arguments.count > 0 && arguments.string(1, "part").hasPrefix("./")
                // FilePath keeps a leading "." as a component; scripts need it, since it marks a file among prompts.
                return .string(isRelativeToHere && !joined.string.hasPrefix(".") ? "./\(joined.string)" : joined.string)
            },
            part("basename") { $0.lastComponent?.string ?? "" },
            part("dirname") { path in
                let folder = path.removingLastComponent().string
                return folder.isEmpty ? "." : folder
            },
            part("stem") { $0.stem ?? "" },
            part("extension") { $0.extension ?? "" },
        ])

    private static func part(
        _ name: String, _ body: @escaping @Sendable (FilePath) -> String
    ) -> LuaFunctionDefinition {
        .immediate(name) { .string(body(FilePath(try $0.string(1, "path")))) }
    }
}
