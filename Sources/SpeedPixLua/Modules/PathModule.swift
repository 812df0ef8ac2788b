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
                    let part = FilePath(try text(arguments, position, "part"))
                    // As a shell would: an absolute part begins anew.
                    joined = part.isAbsolute ? part : joined.appending(part.components)
                    guard joined.length <= PathText.longest else {
                        throw LuaArgumentError("path.join makes a path of more than \(PathText.longest) bytes")
                    }
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
        .immediate(name) { .string(body(FilePath(try text($0, 1, "path")))) }
    }

    /// - Throws: ``LuaArgumentError`` for a text that is too long for a path: it may take long to take apart.
    private static func text(_ arguments: borrowing LuaArguments, _ position: Int, _ name: String) throws -> String {
        let text = try arguments.string(position, name)
        guard text.utf8.count <= PathText.longest else {
            throw arguments.mismatch(position, name, "a path of at most \(PathText.longest) bytes")
        }
        return text
    }
}
