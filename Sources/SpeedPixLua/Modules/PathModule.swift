import LuaRuntime
import SystemPackage

/// `path`: paths as text; nothing here looks at the disk.
enum PathModule {
    static let module = LuaModule(
        name: "path", summary: "Paths as text; nothing here looks at the disk.",
        functions: [
            .immediate("join", .init("Parts with slashes between them.", ["...: string"], returns: "string")) {
                arguments in
                var joined = FilePath("")
                for position in 1..<(arguments.count + 1) {
                    let part = FilePath(try text(arguments, position))
                    // As a shell would: an absolute part begins anew.
                    joined = part.isAbsolute ? part : joined.appending(part.components)
                    guard joined.length <= PathText.longest else {
                        throw LuaArgumentError("path.join makes a path of more than \(PathText.longest) bytes")
                    }
                }
                let isRelativeToHere = try arguments.count > 0 && arguments.string(1).hasPrefix("./")
                // FilePath keeps a leading "." as a component; scripts need it, since it marks a file among prompts.
                return .string(isRelativeToHere && !joined.string.hasPrefix(".") ? "./\(joined.string)" : joined.string)
            },
            part("basename", "\"shoe.jpg\" of \"photos/shoe.jpg\".") { $0.lastComponent?.string ?? "" },
            part("dirname", "\"photos\" of \"photos/shoe.jpg\".") { path in
                let folder = path.removingLastComponent().string
                return folder.isEmpty ? "." : folder
            },
            part("stem", "\"shoe\" of \"photos/shoe.jpg\".") { $0.stem ?? "" },
            part("extension", "\"jpg\" of \"photos/shoe.jpg\"; \"\" if there is none.") { $0.extension ?? "" },
        ])

    private static func part(
        _ name: String, _ summary: String, _ body: @escaping @Sendable (FilePath) -> String
    ) -> LuaFunctionDefinition {
        .immediate(name, .init(summary, ["path: string"], returns: "string")) {
            .string(body(FilePath(try text($0, 1))))
        }
    }

    /// - Throws: ``LuaArgumentError`` for a text that is too long for a path: it may take long to take apart.
    private static func text(_ arguments: borrowing LuaArguments, _ position: Int) throws -> String {
        let text = try arguments.string(position)
        guard text.utf8.count <= PathText.longest else {
            throw arguments.mismatch(position, "a path of at most \(PathText.longest) bytes")
        }
        return text
    }
}
