import LocalFiles
import LuaRuntime
import SystemPackage

/// `path`: paths as text; nothing here reads the disk.
enum PathModule {
    static let module = LuaModule(
        name: "path", summary: "Paths as text; nothing here looks at the disk.",
        functions: [
            .immediate("join", .init("Parts with slashes between them.", ["...: string"], returns: "string")) {
                arguments in
                var joined = FilePath("")
                for position in 1..<(arguments.count + 1) {
                    let part = try path(arguments, position)
                    // As a shell would: an absolute part begins anew.
                    joined = part.isAbsolute ? part : joined.appending(part.components)
                    guard joined.length <= PathText.longest else {
                        throw LuaArgumentError("path.join makes a path of more than \(PathText.longest) bytes")
                    }
                }
                let isRelativeToHere =
                    try arguments.count > 0 && arguments.bytes(1).bytes.starts(with: Array("./".utf8))
                // FilePath keeps a leading "." as a component; scripts need it, since it marks a file among prompts.
                let needsDot = isRelativeToHere && joined.bytes.first != UInt8(ascii: ".")
                return .string(LuaString((needsDot ? Array("./".utf8) : []) + joined.bytes))
            },
            part("basename", "\"shoe.jpg\" of \"photos/shoe.jpg\".") { $0.fileName?.bytes ?? [] },
            part("dirname", "\"photos\" of \"photos/shoe.jpg\".") { path in
                let folder = path.removingLastComponent()
                return folder.isEmpty ? Array(".".utf8) : folder.bytes
            },
            part("stem", "\"shoe\" of \"photos/shoe.jpg\".") { Array(FilePathName($0).stem) },
            part(
                "text",
                "The same as text, for tables and captions: each byte of a name that is not UTF-8 as `\\xB0`. It names no file."
            ) { Array($0.shown.utf8) },
            part("extension", "\"jpg\" of \"photos/shoe.jpg\"; \"\" if there is none.") {
                Array(FilePathName($0).ending)
            },
        ])

    private static func part(
        _ name: String, _ summary: String, _ body: @escaping @Sendable (FilePath) -> [UInt8]
    ) -> LuaFunctionDefinition {
        .immediate(name, .init(summary, ["path: string"], returns: "string")) {
            .string(LuaString(body(try path($0, 1))))
        }
    }

    /// - Throws: ``LuaArgumentError`` for a text that is too long for a path: it may take long to take apart.
    private static func path(_ arguments: borrowing LuaArguments, _ position: Int) throws -> FilePath {
        let bytes = try arguments.bytes(position).bytes
        guard bytes.count <= PathText.longest, !bytes.contains(0) else {
            throw arguments.mismatch(position, "a path of at most \(PathText.longest) bytes, without zeros")
        }
        return FilePath(bytes: bytes)
    }
}

/// The last name of a path as its stem and its extension.
private struct FilePathName {
    let stem: ArraySlice<UInt8>
    let ending: ArraySlice<UInt8>

    init(_ path: FilePath) {
        let name = (path.fileName?.bytes ?? [])[...]
        // A dot at the beginning hides a file, and begins no extension; ".." is no name.
        guard name != Array("..".utf8)[...], let dot = name.lastIndex(of: UInt8(ascii: ".")), dot > name.startIndex
        else {
            (stem, ending) = (name, [])
            return
        }
        (stem, ending) = (name[..<dot], name[(dot + 1)...])
    }
}
