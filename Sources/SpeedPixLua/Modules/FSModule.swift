import LocalFiles
import LuaRuntime
import SpeedPix
import SystemPackage

/// `fs`: the files that the script may see, and those it may make.
enum FSModule {
    static func module(_ host: ScriptHost) -> LuaModule {
        let files = host.files
        return LuaModule(
            name: "fs", summary: "Files that the script may see, and those it may make.",
            functions: facts(files) + folders(files) + contents(files))
    }

    private static func facts(_ files: FileAccess) -> [LuaFunctionDefinition] {
        [
            .immediate(
                "exists",
                .init(
                    "Whether there is a file or folder.", ["path: string"], returns: "boolean",
                    errors: ["not_allowed"])
            ) { .boolean(try files.existing(try $0.string(1)) != nil) },
            .immediate(
                "is_file",
                .init(
                    "Whether it is a regular file.", ["path: string"], returns: "boolean", errors: ["not_allowed"])
            ) { .boolean(try kind(try $0.string(1), files) == .file) },
            .immediate(
                "is_dir",
                .init("Whether it is a folder.", ["path: string"], returns: "boolean", errors: ["not_allowed"])
            ) { .boolean(try kind(try $0.string(1), files) == .folder) },
            .immediate(
                "size",
                .init("Bytes of a file.", ["path: string"], returns: "integer", errors: ScriptErrorCodes.reading)
            ) { .integer(try files.open(try $0.string(1)).size) },
        ]
    }

    private static func folders(_ files: FileAccess) -> [LuaFunctionDefinition] {
        [
            .waiting(
                "list",
                .init(
                    "The names in a folder, in order.", ["folder?: string — default: the working folder"],
                    returns: "string[]", errors: ScriptErrorCodes.reading)
            ) { arguments in
                let path = arguments.isAbsent(1) ? "." : try arguments.string(1)
                return { _ in
                    let names = try await BlockingWork.run { try FolderListing(path, files).names }
                    return .table(LuaTable(items: names.map { .string($0) }, shape: .array))
                }
            },
            .waiting(
                "glob",
                .init(
                    """
                    Paths that match a pattern, in order: `*`, `?`, `[a-z]`, `{jpg,png}`, and `**` for folders at any depth. \
                    They start with ./ and so go into an input as files.
                    """, ["pattern: string"], returns: "string[]", errors: ["not_allowed"],
                    example: "for _, path in ipairs(fs.glob(\"./photos/*.jpg\")) do upload(path) end")
            ) { arguments in
                let pattern = try GlobPattern(try arguments.string(1))
                return { _ in
                    let paths = try await BlockingWork.run { try pattern.matches(files) }
                    return .table(LuaTable(items: paths.map { .string($0) }, shape: .array))
                }
            },
            .waiting(
                "mkdir",
                .init(
                    "Makes a folder, and those on its way; it may be there already. Returns its full path.",
                    ["folder: string"], returns: "string", errors: ScriptErrorCodes.writing)
            ) { arguments in
                let path = try arguments.string(1)
                return { _ in
                    try await BlockingWork.run {
                        guard try !files.isRoot(files.writable(path)) else { return }
                        let (folder, name) = try files.folder(forWriting: path, makesParents: true)
                        try folder.makeFolder(name)
                    }
                    return .string(try files.writable(path))
                }
            },
            .waiting(
                "remove",
                .init(
                    "Removes a file or an empty folder.", ["path: string"], returns: "boolean",
                    errors: ScriptErrorCodes.reading)
            ) { arguments in
                let path = try arguments.string(1)
                return { _ in
                    try await BlockingWork.run {
                        let (folder, name) = try files.folder(forWriting: path, isThere: true)
                        try folder.remove(name)
                    }
                    return true
                }
            },
        ]
    }

    private static func contents(_ files: FileAccess) -> [LuaFunctionDefinition] {
        [
            .waiting(
                "read",
                .init(
                    "The content of a file, byte for byte.", ["path: string"], returns: "string",
                    errors: ScriptErrorCodes.reading)
            ) { arguments in
                let path = try arguments.string(1)
                return { _ in .string(LuaString(try await BlockingWork.run { try files.open(path).read() })) }
            },
            .waiting(
                "lines",
                .init(
                    """
                    The lines of a text file, such as a list of prompts: without their ends (CR LF, LF or CR) and without a byte \
                    order mark. The last line need not have an end.
                    """, ["path: string"], options: [ScriptText.option], returns: "string[]",
                    errors: ["invalid_text"] + ScriptErrorCodes.reading,
                    example: "for _, prompt in ipairs(fs.lines(\"prompts.txt\")) do print(prompt) end")
            ) { arguments in
                let path = try arguments.string(1)
                let encoding = try ScriptText.encoding(try arguments.options(), "fs.lines")
                return { _ in
                    try await BlockingWork.run {
                        let bytes = try files.open(path).read()
                        let text = try ScriptText.decode(bytes, path, as: encoding, code: "invalid_text")
                        let lines = text.lines.map { LuaValue.string(LuaString($0)) }
                        return .table(LuaTable(items: lines, shape: .array))
                    }
                }
            },
            .waiting(
                "write",
                .init(
                    "Writes a file in one step, with the folders on its way; returns its full path.",
                    ["path: string", "content: string"], returns: "string", errors: ScriptErrorCodes.writing)
            ) { arguments in
                let path = try arguments.string(1)
                let bytes = try arguments.bytes(2).bytes
                return { _ in .string(try await files.save(bytes, to: path)) }
            },
            .waiting(
                "copy",
                .init(
                    "Copies a file; returns the full path of the copy.", ["path: string", "new_path: string"],
                    returns: "string", errors: ScriptErrorCodes.reading)
            ) { arguments in
                let (path, target) = (try arguments.string(1), try arguments.string(2))
                return { _ in
                    let bytes = try await BlockingWork.run { try files.open(path).read() }
                    return .string(try await files.save(bytes, to: target))
                }
            },
        ]
    }

    private static func kind(_ path: String, _ files: FileAccess) throws -> FileKind? {
        guard let real = try files.existing(path) else { return nil }
        return files.kind(of: real)
    }
}

extension FileAccess {
    /// Writes a file in one step, with the folders on its way.
    ///
    /// - Returns: The full path.
    func save(_ bytes: [UInt8], to path: String) async throws -> String {
        try await BlockingWork.run {
            let (folder, name) = try self.folder(forWriting: path, makesParents: true)
            guard !folder.isFolder(name) else {
                throw SpeedPixError(.invalidArgument, "\(path) is a folder", remedy: "name a file in it")
            }
            try folder.replace(name, with: bytes)
            return folder.fullPath(of: name)
        }
    }

    /// Whether a path is one of the folders that are there anyway.
    func isRoot(_ full: String) -> Bool {
        guard let real = real(full) else { return false }
        return writeRoots.contains { self.real($0) == real }
    }
}
